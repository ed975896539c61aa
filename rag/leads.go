package rag

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A lead is a sentence that does a heading's work: a title at the beginning of a line
// that the rest of the line explains ("Storing Heat. Salt keeps it for days."), or a line
// that ends with a colon and announces the lines below it.

// leads returns for each sentence of a text the index of its lead, -1 for none.
func leads(text string, l []sentence) []int {
	out := make([]int, len(l))
	titled, announced := -1, -1
	for i := range l {
		out[i] = -1
		if startsLine(text, l, i) {
			titled = -1
			alone := i+1 == len(l) || startsLine(text, l, i+1)
			switch s := text[l[i].start:l[i].end]; {
			case alone && announces(s):
				announced = i
				continue
			case !alone && isRunIn(s):
				out[i], titled = announced, i
				continue
			}
		}
		if out[i] = titled; titled < 0 {
			out[i] = announced
		}
	}
	return out
}

// startsLine reports whether sentence i is the first of its line.
func startsLine(text string, l []sentence, i int) bool {
	return i == 0 || strings.Contains(text[l[i-1].end:l[i].start], "\n")
}

// announces reports whether a text ends by promising what follows it.
func announces(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasSuffix(text, ":") || strings.HasSuffix(text, "：")
}

// maxLead is the most words of a title at the beginning of a line.
const maxLead = 10

// isRunIn reports whether a sentence is written like a title: few words, and those that
// are more than particles begin with a capital.
func isRunIn(text string) bool {
	words := strings.Fields(text)
	if len(words) > maxLead || corpus.HanShare(text) > 0 {
		return false
	}
	capitals := 0
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "\"“('‘"))
		switch {
		case unicode.IsUpper(r):
			capitals++
		case utf8.RuneCountInString(w) >= longParticle:
			return false
		}
	}
	return capitals > 0 && (capitals > 1 || len(words) == 1)
}

// longParticle is from how many letters on a word in lower case is none of a title's
// particles ("with", "from").
const longParticle = 5

// openers begin a sentence that is not understood without the one before it; goersOn one
// that has no subject of its own; adders one that adds to it; pointers stand before the name of a thing said before.
var (
	openers = normals([]string{"it", "its", "this", "that", "these", "those", "they", "their", "such", "he", "she", "his", "her",
		"它", "其", "这", "那", "此", "该", "他", "她", "前者", "后者"})
	subjects = normals([]string{"it", "they", "he", "she", "它", "他", "她"}) // which stand for a thing alone
	goersOn  = normals([]string{"并", "且", "还", "也", "and"})
	adders   = normals([]string{"同时", "此外", "另外", "at the same time", "in addition", "moreover", "similarly", "also"})
	pointers = normals([]string{"该", "这个", "这款", "this", "these"})
)

// refersBack reports whether a sentence in normal form begins with a word that stands for
// something said before it.
func refersBack(normal string) bool { return begins(normal, openers) }

// goesOn reports whether a sentence in normal form only continues the one before it.
func goesOn(normal string) bool { return begins(normal, goersOn) }

func begins(normal string, l []string) bool {
	return slices.ContainsFunc(l, func(w string) bool { return strings.HasPrefix(normal, w) })
}

// pointsBack reports whether a sentence in normal form speaks, behind its beginning, of "this
// product" and names no product before that: its subject is known, its object is not.
func pointsBack(normal string) bool {
	return slices.ContainsFunc(pointers, func(w string) bool {
		at := strings.Index(normal, w)
		if at <= 0 {
			return false
		}
		thing := strings.Fields(normal[at+len(w):])
		n := 1
		if len(thing) > 1 && corpus.IsHan([]rune(thing[0])[0]) {
			n = 2
		}
		return len(thing) >= n && !strings.Contains(normal[:at+1], " "+strings.Join(thing[:n], " ")+" ")
	})
}

// complete puts beside the chosen sentences what they are not understood without: the title
// that a sentence explains, the one that "it" or "this product" stands in, the one that goes
// on where it ends.
func complete(p *plan.Plan, chosen, cands []candidate) []candidate {
	chosen = inReadingOrder(chosen)
	out := make([]candidate, 0, len(chosen))
	left := answerRunes - size(chosen)
	add := func(c *candidate) {
		if c != nil && !isBareLink(c.text) && !said(out, c) && !said(chosen, c) && len([]rune(c.text))+6 <= left {
			out = append(out, *c)
			left -= len([]rune(c.text)) + 6
		}
	}
	for i := range chosen {
		c := &chosen[i]
		switch {
		case c.lead != nil && (refersBack(c.normal) || c.leadTells) && !announces(c.lead.text):
			add(c.lead)
		case len(c.states) == 0 && pointsBack(c.normal) || len(p.Projects) == 0 && refersBack(c.normal):
			add(neighbour(c, cands, -1))
		}
		if dangles(p, c, out) && len(chosen) > 1 {
			continue // "it" is nothing that the answer speaks of
		}
		out = append(out, *c)
		if next := neighbour(c, cands, 1); next != nil && (goesOn(next.normal) || c.leads && !announces(c.text)) {
			add(next)
		}
	}
	if len(out) == 0 {
		return chosen
	}
	return out
}

// inReadingOrder puts before a sentence that goes on those of the others that stand shortly before it.
func inReadingOrder(l []candidate) []candidate {
	out := slices.Clone(l)
	for i := range out {
		if n := out[i].normal; !refersBack(n) && !goesOn(n) && !begins(n, adders) {
			continue
		}
		for j := i + 1; j < len(out); j++ {
			if out[j].number == out[i].number && out[j].line == out[i].line && out[j].place < out[i].place && out[i].place-out[j].place <= near {
				c := out[j]
				out = slices.Insert(slices.Delete(out, j, j+1), i, c)
			}
		}
	}
	return out
}

// near is how many sentences apart two may stand that are read on from each other.
const near = 3

// isBareLink reports whether a sentence is one word, as a link is: it explains nothing.
func isBareLink(text string) bool {
	return corpus.HanShare(text) == 0 && !strings.Contains(strings.TrimSpace(text), " ")
}

// dangles reports whether a sentence about one project begins with "it" in an answer that names none, and what the
// answer says before does not name it.
func dangles(p *plan.Plan, c *candidate, before []candidate) bool {
	if len(p.Projects) > 0 || len(c.about) != 1 || !begins(corpus.Normal(c.text), subjects) {
		return false
	}
	last := len(before) - 1
	return last < 0 || before[last].number != c.number || !c.about[0].NamedIn(before[last].normal)
}

// neighbour returns the candidate so many sentences behind c in its line, or nil.
func neighbour(c *candidate, cands []candidate, by int) *candidate {
	i := slices.IndexFunc(cands, func(o candidate) bool { return o.number == c.number && o.line == c.line && o.place == c.place+by })
	if i < 0 {
		return nil
	}
	return &cands[i]
}

// said reports whether the very sentence is among the chosen.
func said(l []candidate, c *candidate) bool {
	return slices.ContainsFunc(l, func(o candidate) bool { return o.number == c.number && o.start == c.start })
}

// answerRunes is the most that an answer to a question for a fact may hold, marks included.
const answerRunes = 880
