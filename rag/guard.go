package rag

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
	"github.com/waymark-bot/waymark/rag/verify"
)

// guard checks every sentence of an answer against what it cites, whoever wrote it. One
// that is not supported is not sent: of an answer that was put together from facts the
// cited sentence itself is shown in its place. guard takes out the citations that nothing
// rests on any more.
func (e *Engine) guard(ctx context.Context, a *Answer, p *plan.Plan) {
	failed := false
	var kept []Sentence
	for _, s := range a.Sentences {
		if s.Heading || len(s.Cites) == 0 {
			kept = append(kept, s)
			continue
		}
		v := e.verify(a, &s)
		if v.Supported {
			kept = append(kept, s)
			continue
		}
		failed = true
		level := slog.LevelWarn
		if a.Mode == Extractive {
			level = slog.LevelDebug
		}
		e.cfg.Logger.Log(ctx, level, "sentence is not supported by what it cites", "mode", a.Mode, "reason", v.Reason, "detail", v.Detail, "sentence", s.Text)
		if a.Mode == Extractive {
			kept = append(kept, e.requote(a, s, v.Reason, p))
		}
	}
	if failed {
		a.Sentences = kept
		dropHeadings(a)
		a.renumber()
	}
}

// requote returns s with the cited sentences in place of what was made of them. A project's
// name that the line begins with stays, unless it is the name that is wrong.
func (e *Engine) requote(a *Answer, s Sentence, wrong verify.Reason, p *plan.Plan) Sentence {
	var label string
	for _, colon := range []string{": ", "："} {
		if name, _, ok := strings.Cut(s.Text, colon); ok && (wrong != verify.Subject && len(e.cfg.Catalogue.Find(name)) > 0 || e.isLabel(name, p.Language)) {
			label = name + colon
			break
		}
	}
	var quotes []string
	for _, n := range s.Cites {
		quotes = append(quotes, "“"+oneLine(a.Citations[n-1].Quote)+"”")
	}
	s.Text = label + strings.Join(quotes, phrase(p.Language, " ", ""))
	return s
}

// verify checks one sentence of a against the passages that it cites.
func (e *Engine) verify(a *Answer, s *Sentence) verify.Verdict {
	all := e.cfg.Index.Passages()
	sources := make([]verify.Source, 0, len(s.Cites))
	for _, n := range s.Cites {
		c := &a.Citations[n-1]
		i := e.numbers[c.Passage]
		text := c.Quote
		if cells := all[i].Cells; len(cells) > 0 {
			text = rowText(&Hit{Passage: all[i]}) // with the names of the columns
		}
		sources = append(sources, verify.Source{
			Text: text, Subject: spellings(e.cfg.Catalogue.AboutAt(i, c.Start)),
			Heading: c.Section + " " + c.Title, Published: e.reports[c.Report].Published,
		})
	}
	return e.checker().Check(s.Text, sources, e.spokenOf(a, s))
}

// spokenOf returns the names of what the sentence is about: the project that it names,
// or the only one of the answer; nil when that is not known.
func (e *Engine) spokenOf(a *Answer, s *Sentence) []string {
	if len(a.Projects) != 1 {
		return nil
	}
	p := e.cfg.Catalogue.Project(a.Projects[0])
	normal := corpus.Normal(s.Text)
	if p == nil || slices.ContainsFunc(e.cfg.Catalogue.Projects(), func(o *catalogue.Project) bool { return o.NamedIn(normal) }) {
		return nil // the sentence says so itself
	}
	return spellings([]*catalogue.Project{p})
}

// spellings returns all names of the projects.
func spellings(l []*catalogue.Project) []string {
	var out []string
	for _, p := range l {
		out = slices.Concat(out, []string{p.Name}, p.Aliases, p.Tickers)
	}
	return out
}

// renumber drops the citations that no sentence rests on and numbers the others by first use.
func (a *Answer) renumber() {
	number := map[int]int{}
	var kept []Citation
	for i := range a.Sentences {
		s := &a.Sentences[i]
		cites := make([]int, len(s.Cites))
		for k, n := range s.Cites {
			if number[n] == 0 {
				c := a.Citations[n-1]
				c.N = len(kept) + 1
				number[n] = c.N
				kept = append(kept, c)
			}
			cites[k] = number[n]
		}
		slices.Sort(cites)
		s.Cites = cites
	}
	a.Citations = kept
	a.AsOf = ""
	for _, c := range kept {
		a.AsOf = max(a.AsOf, c.Published)
	}
}

// dropHeadings removes heading lines that nothing follows.
func dropHeadings(a *Answer) {
	for i := len(a.Sentences) - 1; i >= 0; i-- {
		if a.Sentences[i].Heading && (i+1 == len(a.Sentences) || a.Sentences[i+1].Heading) {
			a.Sentences = slices.Delete(a.Sentences, i, i+1)
		}
	}
}

// isLabel reports whether a text is what an attribute is called.
func (e *Engine) isLabel(text, language string) bool {
	return slices.ContainsFunc(e.cfg.Vocabulary.Attributes, func(a corpus.Attribute) bool { return a.Label.In(language) == text })
}
