package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// outline answers what a report says as a whole, or what the reports are: a line for each of its first
// headings, with the first sentence below it or, where it holds entries, their names. It reports false
// for every other question.
func (e *Engine) outline(p *plan.Plan) (Answer, bool) {
	if !p.Outline {
		return Answer{}, false
	}
	w := e.newWriter(p)
	for _, r := range e.cfg.Index.Reports() {
		if !allowed(p.Reports, r.ID) {
			continue
		}
		from := r.Publisher
		if d := r.Published.String(); d != "" {
			from = strings.TrimPrefix(from+phrase(p.Language, ", ", "，")+d, phrase(p.Language, ", ", "，"))
		}
		if from != "" {
			from = phrase(p.Language, " (", "（") + from + phrase(p.Language, ")", "）")
		}
		w.heading(r.Title + from)
		for _, s := range e.chapters(r.ID) {
			if w.size > outlineRunes {
				w.heading(phrase(p.Language, "… and more sections.", "……后面还有其他章节。"))
				break
			}
			e.writeChapter(w, p, s, len(p.Reports) == 1)
		}
	}
	return w.done(p), len(w.answer.Citations) > 0
}

// outlineRunes is from which length on an outline takes up no further section.
const outlineRunes = 1600

// A chapter is what stands below a first heading of a report: passages in reading order.
type chapter struct {
	title    string
	passages []int
}

// chapters returns the chapters of a report, without those that hold no more than a line.
func (e *Engine) chapters(report string) []chapter {
	var out []chapter
	for n, ps := range e.cfg.Index.Passages() {
		if ps.Report != report || len(ps.Path) == 0 {
			continue
		}
		if len(out) == 0 || out[len(out)-1].title != ps.Path[0] {
			out = append(out, chapter{title: ps.Path[0]})
		}
		s := &out[len(out)-1]
		s.passages = append(s.passages, n)
	}
	return slices.DeleteFunc(out, func(s chapter) bool { _, ok := e.firstIn(s); return !ok })
}

// firstIn returns the first sentence of a chapter that says something.
func (e *Engine) firstIn(s chapter) (candidate, bool) {
	all := e.cfg.Index.Passages()
	for _, n := range s.passages {
		h := &Hit{Passage: all[n]}
		read := e.readings.of(&h.Passage)
		for i, span := range read.sentences {
			c := e.sentenceOf(h, n, span)
			c.place = i
			if runes := len([]rune(c.text)); isTitle(c.text, c.normal) || announces(c.text) || isRunIn(c.text) || isBareLink(c.text) || runes < leastTelling || runes > mostTelling {
				continue
			}
			return c, true
		}
	}
	return candidate{}, false
}

// How long a sentence is that stands for a chapter, in characters.
const (
	leastTelling = 12
	mostTelling  = 320
)

// writeChapter writes what a chapter holds: the names of its entries, or else, where the sentence is
// wanted, the first one.
func (e *Engine) writeChapter(w *writer, p *plan.Plan, s chapter, sentence bool) {
	first, _ := e.firstIn(s)
	title := strings.TrimRight(s.title, " :：")
	var names []string
	cites := []int{}
	all := e.cfg.Index.Passages()
	for _, pr := range e.cfg.Catalogue.Projects() {
		at := slices.IndexFunc(pr.Passages, func(n int) bool {
			return slices.Contains(s.passages, n) && len(all[n].Path) > 1
		})
		if at < 0 {
			continue
		}
		names = append(names, pr.Name)
		w.project(pr.Name)
		if len(cites) < maxRowCites {
			h := Hit{Passage: all[pr.Passages[at]]}
			c := e.firstSentence(&h, pr)
			cites = append(cites, w.cite(&all[pr.Passages[at]], c.start, c.end))
		}
	}
	switch {
	case len(names) > 0:
		w.add("• ", title+phrase(p.Language, ": ", "：")+strings.Join(names, phrase(p.Language, ", ", "、")), true, cites...)
	case sentence:
		label := "• " + title + phrase(p.Language, ": ", "：")
		if strings.HasPrefix(corpus.Normal(first.text), corpus.Normal(title)) {
			label = "• "
		}
		w.quote(label, &first, true)
	default:
		w.add("• ", title, true, w.cite(&all[first.number], first.start, first.end))
	}
}
