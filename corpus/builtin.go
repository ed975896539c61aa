package corpus

import (
	"embed"
	"fmt"
	"path"
)

//go:embed reports/*.md reports/*.yaml
var builtin embed.FS

const builtinDir = "reports"

// Builtin returns the reports that are embedded in the program, in the order
// of their file names, and the projects that they describe.
func Builtin() ([]Report, []ProjectEntry, error) {
	reports, skipped, err := ReadDir(builtin, builtinDir)
	if err != nil {
		return nil, nil, fmt.Errorf("read the built-in reports: %w", err)
	}
	if len(skipped) > 0 {
		return nil, nil, fmt.Errorf("read the built-in reports: %s: %s", skipped[0].File, skipped[0].Reason)
	}
	data, err := builtin.ReadFile(path.Join(builtinDir, projectsName))
	if err != nil {
		return nil, nil, fmt.Errorf("read the built-in projects: %w", err)
	}
	projects, err := ReadProjects(data)
	if err != nil {
		return nil, nil, fmt.Errorf("read the built-in projects: %w", err)
	}
	return reports, projects, nil
}
