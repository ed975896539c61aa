package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
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
	conflict := seen["conflict"] || projects > 0 && claims.MatchString(full)
	switch {
	case seen["compare"] && projects != 1:
		return Compare, conflict
	case seen["count"] && projects == 0:
		return Count, conflict
	case seen["summary"] && projects > 0:
		return Summary, conflict
	case projects == 0 && (seen["list"] || !seen["define"] && (p.asksForSuch(full) || p.endsInKind(full))):
		return List, conflict
	case seen["define"]:
		return Define, conflict
	case seen["summary"]:
		return Summary, conflict
	}
	return Fact, conflict
}

// claims matches a question, in normal form, that says how things are and asks whether it is so.
var claims = regexp.MustCompile(`^ (?:so |but )?(?:is|are|was|were|did|has|have|had) .* | (?:no|huh|or not|吧|吗) $`)

// asksForSuch reports whether a question, in normal form, is no more than a noun with what bounds it:
// "platforms on Linux", "everyone with a licence", "ferries that burn methanol".
func (p *Planner) asksForSuch(full string) bool {
	units := strings.Fields(full)
	for len(units) > 0 && slices.Contains(determiners, units[0]) {
		units = units[1:]
	}
	for i := 0; i+1 < len(units) && i < maxNoun; i++ {
		if slices.Contains(verbal, units[i]) {
			return false
		}
		if i > 0 && slices.Contains(relatives, units[i]) {
			return !slices.ContainsFunc(units[i+1:], func(u string) bool { return slices.Contains(verbal[:asksUpTo], u) })
		}
		if p.isKind(units[i]) && slices.Contains(binders, units[i+1]) {
			return true
		}
	}
	return false
}

// maxNoun is how many words a noun may have with its adjectives.
const maxNoun = 5

// Words in normal form: those that come before a noun, those that make a clause of what follows it
// and those that bind to it what bounds it. None of them belongs to a field.
var (
	determiners = normalWords("all any every the some other more list show give me")
	relatives   = normalWords("that whose who")
	binders     = append(normalWords("that which whose who with without on in from by under over above below at based built building running using used backed dealing doing working having between"), relatives...)
	verbal      = normalWords("what who whom which when where why how is are was were do does did can could has have had will would should tell")
)

// asksUpTo is how many of the verbal words ask for something.
const asksUpTo = 8

func normalWords(words string) []string {
	var out []string
	for _, w := range strings.Fields(words) {
		out = append(out, strings.TrimSpace(corpus.Normal(w)))
	}
	return out
}

// endsInKind reports whether a Chinese question ends in "的" and a word for what projects are, behind
// what bounds it: "有没有用 Rust 的平台".
func (p *Planner) endsInKind(full string) bool {
	return strings.HasPrefix(full, " 有 ") && slices.ContainsFunc(p.intents, func(c cue[corpus.Cue]) bool {
		before, ok := strings.CutSuffix(trimParticles(full), c.phrase)
		_, noun, bound := cutLast(before, " 的")
		return c.of.ID == kindsIntent && ok && bound && len(strings.Fields(noun)) <= maxNoun
	})
}

// trimParticles cuts the particles off the end of a question in normal form.
func trimParticles(full string) string {
	for _, w := range []string{" 吗 ", " 呢 ", " 啊 ", " 呀 ", " 么 "} {
		if rest, ok := strings.CutSuffix(full, w); ok {
			return rest + " "
		}
	}
	return full
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// isKind reports whether a unit is a word for the kinds of things that projects are.
func (p *Planner) isKind(unit string) bool {
	return slices.ContainsFunc(p.intents, func(c cue[corpus.Cue]) bool {
		return c.of.ID == kindsIntent && strings.TrimSpace(c.phrase) == unit
	})
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

// asksThing reports whether a question, in normal form, asks which one of things that are no projects: "which layer
// is the oldest".
func (p *Planner) asksThing(pl *Plan, full string) bool {
	for _, m := range whichThing.FindAllStringSubmatchIndex(full, -1) {
		rest := full[m[2]:]
		named := slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" && strings.HasPrefix(rest, c.Alternatives[0]) })
		if !named || opening(pl, rest, true) != nil {
			continue
		}
		units := strings.Fields(rest)
		if !slices.ContainsFunc(units[:min(nounWithin, len(units))], p.isKind) {
			return true
		}
	}
	return false
}

// whichThing matches the words right before the one thing that a question asks for. The blank behind is left to it.
var whichThing = regexp.MustCompile(` (?:which|哪 (?:[一几] )?(?:个|种|款|类|层|大))( )`)

// nounWithin is within how many units behind "which" a word for what projects are stands, if one does.
const nounWithin = 4

// asksWords reports whether a question, in normal form, asks which of something told in words there are: "what are
// the drawbacks of", "难点有哪些", "what does it list as drawbacks".
func (p *Planner) asksWords(pl *Plan, full string) bool {
	return slices.ContainsFunc(pl.Concepts, func(c Concept) bool {
		prose := slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool {
			return a.ID == c.Attribute && a.Type == corpus.Prose && len(a.Asked.All()) > 0
		})
		if !prose {
			return false
		}
		if !p.hasIntent(full, kindsIntent) { // "list" may be what a report does
			return true
		}
		before, behind, ok := strings.Cut(full, c.Alternatives[0])
		return ok && (wordsAsked.MatchString(" "+behind) || whatBefore.MatchString(before+" "))
	})
}

// whatBefore matches what stands right before such a word.
var whatBefore = regexp.MustCompile(`(?:^| )(?:what|which)(?: are| is)?(?: the)?(?: \w+){0,2} +$|有 (?:哪 些|什 么|啥) +(?:的 +)?$`)

// wordsAsked matches what stands behind such a word.
var wordsAsked = regexp.MustCompile(`^ +(?:分 别 |都 |各 )*(?:有 哪 些|有 什 么|有 啥|是 什 么|是 啥|都 有)`)
