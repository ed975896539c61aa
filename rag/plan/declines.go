package plan

import (
	"strings"
)

func (p *Planner) declined(full, rest string) Decline {
	for _, c := range p.decline {
		if strings.Contains(full, c.phrase) || strings.Contains(rest, c.phrase) {
			return Decline(c.of.ID)
		}
	}
	return ""
}
