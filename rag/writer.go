package rag

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A writer builds an answer: sentences in order, citations numbered as they
// are first used.
type writer struct {
	engine  *Engine
	plan    *plan.Plan
	answer  Answer
	cited   map[[2]int]int // citation number by passage number and start
	size    int            // runes so far
	quoting bool           // the sentence before is a quotation and says so
}

func (e *Engine) newWriter(p *plan.Plan) *writer {
	return &writer{engine: e, plan: p, answer: Answer{Status: Answered, Mode: Extractive}, cited: map[[2]int]int{}}
}

// cite returns the number of the citation of the report's bytes [start, end).
func (w *writer) cite(p *corpus.Passage, start, end int) int {
	k := [2]int{w.engine.numbers[p.ID], start}
	if n := w.cited[k]; n > 0 {
		return n
	}
	r := w.engine.reports[p.Report]
	n := len(w.answer.Citations) + 1
	w.cited[k] = n
	w.answer.Citations = append(w.answer.Citations, Citation{
		N: n, Report: p.Report, Title: r.Title, Section: p.Section(), Published: r.Published.String(), Inferred: r.Published.Inferred,
		URL: r.URL, Quote: r.Text[start:end], Start: start, End: end, Passage: p.ID,
	})
	if d := r.Published.String(); d > w.answer.AsOf {
		w.answer.AsOf = d
	}
	return n
}

// add adds a sentence that rests on the citations; label is put in front of
// it, newline starts a line.
func (w *writer) add(label, text string, newline bool, cites ...int) {
	text = label + oneLine(text)
	w.quoting = false
	slices.Sort(cites)
	cites = slices.Compact(cites)
	w.answer.Sentences = append(w.answer.Sentences, Sentence{Text: text, Cites: cites, Break: newline})
	w.size += len([]rune(text)) + 4*len(cites)
}

// quote adds a candidate as it stands. A sentence of the other language is shown as a
// quotation, behind the facts in it that were asked for in the answer's language.
func (w *writer) quote(label string, c *candidate, newline bool) {
	n := w.cite(&c.hit.Passage, c.start, c.end)
	if corpus.Language(c.text) == w.plan.Language || corpus.HanShare(c.text) == 0 && len(strings.Fields(c.text)) < 5 {
		w.add(label, c.text, newline, n)
		return
	}
	if c.hit.Kind == corpus.TableRow && c.text != w.engine.reports[c.hit.Report].Text[c.start:c.end] {
		w.add(label, c.text, newline, n) // put together of cells
		return
	}
	text := "“" + c.text + "”"
	said := w.engine.tell(c.states, w.plan.Language)
	if newline || label != "" || said != "" || !w.quoting {
		text = inItsWords(w.plan.Language) + text
	}
	if said != "" {
		text = said + phrase(w.plan.Language, " ", "") + text
	}
	w.add(label, text, newline, n)
	w.quoting = true
}

// inItsWords leads into a quotation.
func inItsWords(language string) string {
	return phrase(language, "In the report's words: ", "报告原文：")
}

// splitQuotation splits what quote has put together: what is told, and the quotation with the
// words that lead into it. Either may be "".
func splitQuotation(text, language string) (told, quoted string) {
	i := strings.Index(text, inItsWords(language))
	if i < 0 {
		return text, ""
	}
	return strings.TrimSpace(text[:i]), text[i:]
}

// heading adds a line that claims nothing.
func (w *writer) heading(text string) {
	w.quoting = false
	w.answer.Sentences = append(w.answer.Sentences, Sentence{Text: text, Break: true, Heading: true})
	w.size += len([]rune(text))
}

// project notes that the answer is about a project.
func (w *writer) project(name string) {
	for _, n := range w.answer.Projects {
		if n == name {
			return
		}
	}
	w.answer.Projects = append(w.answer.Projects, name)
}

// oneLine joins the lines of a sentence.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Render returns the answer as plain text: a mark [n] behind each sentence
// that rests on citation n, one line a row.
func (a *Answer) Render() string {
	var b strings.Builder
	for i, s := range a.Sentences {
		if i > 0 {
			if s.Break || a.Sentences[i-1].Heading {
				b.WriteByte('\n')
			} else if !strings.HasSuffix(a.Sentences[i-1].Text, "。") || len(a.Sentences[i-1].Cites) > 0 {
				b.WriteByte(' ')
			}
		}
		b.WriteString(s.Text)
		for _, n := range s.Cites {
			b.WriteString(Mark(n))
		}
	}
	return b.String()
}

// paragraph adds the sentences, each passage's in reading order, as one paragraph.
func (w *writer) paragraph(l []candidate) {
	for i := range l {
		w.quote("", &l[i], i == 0)
	}
}

// has reports whether c is quoted already.
func (w *writer) has(c *candidate) bool { return w.cited[[2]int{c.number, c.start}] > 0 }

// done returns the answer, about the plan's projects where it named none itself.
func (w *writer) done(p *plan.Plan) Answer {
	if len(w.answer.Citations) == 0 {
		w.answer.Sentences = nil
	}
	if len(w.answer.Projects) == 0 {
		for _, pr := range p.Projects {
			w.project(pr.Name)
		}
	}
	return w.answer
}

func itoa(n int) string { return strconv.Itoa(n) }
