package plan

import (
	"regexp"
	"strings"
)

// intent reads the kind of answer. Two projects and a word of comparison make a
// comparison; a list needs no project, or asks about several.
func (p *Planner) intent(full, rest string, projects int) (Intent, bool) {
	seen := map[string]bool{}
	for _, c := range p.intents {
		if strings.Contains(full, c.phrase) || strings.Contains(rest, c.phrase) {
			seen[c.of.ID] = true
		}
	}
	conflict := seen["conflict"]
	switch {
	case seen["compare"] && projects != 1:
		return Compare, conflict
	case seen["count"] && projects == 0:
		return Count, conflict
	case seen["summary"] && projects > 0:
		return Summary, conflict
	case seen["list"] && projects == 0:
		return List, conflict
	case seen["define"]:
		return Define, conflict
	case seen["summary"]:
		return Summary, conflict
	}
	return Fact, conflict
}

// orderToList matches the word that asks for a list, which has the stem of "listed".
var orderToList = regexp.MustCompile(`(?i)\blist\b`)

// cutIntent removes the phrases that show the kind of question: "list" is no listing.
func (p *Planner) cutIntent(rest, question string) string {
	for _, c := range p.intents {
		if c.of.ID == "define" || c.of.ID == "summary" || c.phrase == " list " && orderToList.MatchString(question) {
			rest = strings.ReplaceAll(rest, c.phrase, "  ")
		}
	}
	return rest
}
