package catalogue

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A sentence may speak of somebody who is no project: the company behind one, an investor,
// a chain that it runs on. What it says of them is not a fact about the project.

// subject matches a proper name in Latin letters in the place of a subject: at the start of
// a sentence, or behind a possessive ("the Y behind X"), with the word that makes it one.
var subject = regexp.MustCompile(`(?:^|(?:背后|幕后|旗下|母公司)的?)\s*(\p{Lu}[\w.&'-]+(?: \p{Lu}[\w.&'-]+)*)` +
	`(?:\s?(?:公司)?(?:自|于|在|已|共|是|的|也|还|曾|成立|完成|获得|获|募)| (?:was|is|has|had|have|itself|raised|received|closed|completed|secured)\b)`)

// ofThe matches what begins with a word that stands for the project itself: "Its API".
var ofThe = regexp.MustCompile(`^(?:Its|Their|This|These|That|Those|His|Her|Our|It|They)\b`)

// A name that is printed in more passages than this is a word of the field,
// not a company that is mentioned by the way.
const mentionedByTheWay = 4

// stranger returns the end of the name of the subject of a sentence when that is
// neither a project nor a word of the field, or -1.
func (c *Catalogue) stranger(sentence string) int {
	end := -1
	for _, m := range subject.FindAllStringSubmatchIndex(sentence, -1) {
		if name := sentence[m[2]:m[3]]; len(name) > 2 && !ofThe.MatchString(name) && !c.partOfName(name) && c.rare(name) {
			end = m[3]
		}
	}
	return end
}

// partOfName reports whether name holds a project's name or is the beginning of one.
func (c *Catalogue) partOfName(name string) bool {
	folded := strings.TrimSpace(corpus.Normal(name))
	return c.lastNamed(name, -1) != nil || slices.ContainsFunc(c.projects, func(p *Project) bool {
		return slices.ContainsFunc(p.forms, func(f string) bool { return strings.HasPrefix(strings.TrimSpace(f), folded) })
	})
}

// rare reports whether few passages print the name.
func (c *Catalogue) rare(name string) bool {
	b := c.facts
	b.mu.Lock()
	known, ok := b.rare[name]
	b.mu.Unlock()
	if ok {
		return known
	}
	known = c.printedBy(name) <= mentionedByTheWay
	b.mu.Lock()
	b.rare[name] = known
	b.mu.Unlock()
	return known
}

// printedBy returns how many passages print the name; it stops counting soon after
// mentionedByTheWay.
func (c *Catalogue) printedBy(name string) int {
	n := 0
	for _, p := range c.facts.passages {
		if strings.Contains(p.Text, name) {
			if n++; n > mentionedByTheWay {
				break
			}
		}
	}
	return n
}
