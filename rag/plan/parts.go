package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag/catalogue"
)

// joints are where a question may fall into parts, and asking words that a part
// must hold to be a question of its own.
var (
	joints = regexp.MustCompile(`(?i)\s*(?:,|;|\?)?\s+and\s+|\s*[,;?]\s+|[，；？、]\s*(?:并且|以及|还有|另外)?`)
	asking = regexp.MustCompile(`(?i)\b(who|whom|what|when|where|which|how)\b|谁|多少|什么|何时|哪|几|怎么|吗`)
)

// maxParts bounds how many parts a question may have.
const maxParts = 4

// parts cuts a question into the questions that it holds. Each part holds an
// asking word; a piece without one belongs to the part before.
func parts(question string) []string {
	var out []string
	at := 0
	for _, m := range append(joints.FindAllStringIndex(question, -1), []int{len(question), len(question)}) {
		piece := strings.TrimSpace(question[at:m[0]])
		if piece != "" && asking.MatchString(piece) && asking.MatchString(question[m[1]:]) || m[0] == len(question) {
			if piece != "" {
				out = append(out, piece)
			}
			at = m[1]
		}
	}
	if len(out) < 2 || len(out) > maxParts {
		return nil
	}
	return out
}

// readParts plans the parts of a question that asks several things about the same
// projects.
func (p *Planner) readParts(pl *Plan, talk []Turn) {
	if pl.Intent != Fact || len(pl.Projects) != 1 {
		return
	}
	for _, part := range parts(pl.Text) {
		sub := p.planOne(part, pl.Language, nil)
		if len(sub.Projects) == 0 {
			sub.Projects = append([]*catalogue.Project(nil), pl.Projects...)
		}
		if len(sub.Concepts) == 0 && !asksWhat(&sub, part) {
			continue
		}
		sub.Defines = len(sub.Concepts) == 0
		sub.Intent, sub.Filter, sub.Unknown, sub.Reports = Fact, nil, "", pl.Reports
		sub.Expand = expansion(&sub)
		pl.Parts = append(pl.Parts, sub)
	}
	if len(pl.Parts) < 2 {
		pl.Parts = nil
	}
}

// asksWhat reports whether a part asks what its project is or does, and nothing else.
func asksWhat(sub *Plan, part string) bool {
	return sub.Intent == Define || whatDoes.MatchString(part)
}

// whatDoes matches a question for what something does.
var whatDoes = regexp.MustCompile(`(?i)\bwhat (?:do|does) .+ do\b|做什么|干什么|干嘛|做啥|干啥`)

// Together plans several questions, which stand alone, as one that asks them all. It is
// declined if one of them is.
func (p *Planner) Together(questions []string, language string) Plan {
	out := p.planOne(strings.Join(questions, " "), language, nil)
	out.Intent, out.Filter, out.Unknown, out.Parts, out.Projects = Fact, nil, "", nil, nil
	for _, q := range questions {
		part := p.planOne(q, out.Language, nil)
		if part.Decline != "" {
			return part
		}
		for _, pr := range part.Projects {
			if !slices.Contains(out.Projects, pr) {
				out.Projects = append(out.Projects, pr)
			}
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}
