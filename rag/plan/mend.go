package plan

import (
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// mend corrects the words that no passage holds and that are a slip away from a cue word.
func (p *Planner) mend(rest string) string {
	units := strings.Fields(rest)
	changed := false
	for i, u := range units {
		if len(u) < minMended || p.freq.Holding(u) > 0 || p.stop[u] || len(p.glossary.FromEnglish(u)) > 0 || corpus.IsHan([]rune(u)[0]) || p.isCue(u) {
			continue
		}
		if c := p.nearCue(u); c != "" {
			units[i], changed = c, true
		}
	}
	if !changed {
		return rest
	}
	return " " + strings.Join(units, " ") + " "
}

// minMended is the least length of a word that is taken for misspelt.
const minMended = 5

func (p *Planner) isCue(u string) bool { return p.cueWords[u] }

// nearCue returns the one cue word a slip away from u, or "".
func (p *Planner) nearCue(u string) string {
	found := ""
	for c := range p.cueWords {
		if len(c) >= minMended-1 && catalogue.Slip(u, c) {
			if found != "" && found != c {
				return ""
			}
			found = c
		}
	}
	return found
}
