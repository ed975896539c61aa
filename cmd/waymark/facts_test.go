package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

const ferries = `# Ferries

## Lines

### Northline

Northline sails daily. Friends of the house put $7 million into its purse in May 2024.

### Southline

Southline sails weekly. Nobody paid for it.
`

// TestIngestModelFacts holds that a language model adds facts where it is asked to, those alone
// that stand in a passage, that a passage is paid for once, and that the facts answer later
// without the model.
func TestIngestModelFacts(t *testing.T) {
	said := `{"facts": []}`
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{Voice: func(p rag.Prompt) (string, error) {
		if strings.Contains(p.User, "into its purse") {
			return said, nil
		}
		return `{"facts": []}`, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	dir, data := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ferries.md"), []byte(ferries), 0o644); err != nil {
		t.Fatal(err)
	}
	alone := []string{"WAYMARK_DATA=" + data}
	env := append(alone, "WAYMARK_MODEL_URL="+model.URL(), "WAYMARK_MODEL=pretend")

	if r := command(t, "", alone, "ingest", "--model-facts", dir); r.code != exitUsage || !strings.Contains(r.stderr, "WAYMARK_MODEL_URL: missing") {
		t.Errorf("without a model: %+v", r)
	}
	if r := command(t, "", env, "ingest", dir); r.code != exitOK || strings.Contains(r.stdout, "fact") || len(model.Requests()) != 0 {
		t.Errorf("without being asked to: %+v, %d requests", r, len(model.Requests()))
	}
	said = `{"facts": [{"project": "Northline", "attribute": "raised", "value": "$7 million", "evidence": "put $7 million into its purse in May 2024"},` +
		`{"project": "Northline", "attribute": "valuation", "value": "$70 million", "evidence": "valued at $70 million"}]}`
	r := command(t, "", env, "ingest", "--model-facts", dir)
	if r.code != exitOK || !strings.Contains(r.stdout, "1 fact added, 0 known, 1 discarded") {
		t.Fatalf("with the model: %+v", r)
	}
	calls := len(model.Requests())
	if r := command(t, "", env, "ingest", "--rebuild", "--model-facts"); r.code != exitOK || !strings.Contains(r.stdout, "read 0 passages: 1 fact added") || len(model.Requests()) != calls {
		t.Errorf("again: %+v, %d more requests", r, len(model.Requests())-calls)
	}
	if r := command(t, "", alone, "projects", "Northline"); r.code != exitOK || !strings.Contains(r.stdout, "$7 million") || strings.Contains(r.stdout, "$70 million") {
		t.Errorf("the record without the model: %+v", r)
	}
	if r := command(t, "", alone, "ask", "How much did Northline raise?"); r.code != exitOK || !strings.Contains(r.stdout, "into its purse") {
		t.Errorf("an answer without the model: %+v", r)
	}
}
