package rag

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/plan"
)

// promptRunes bounds the passages that a model is given, in runes: about 3,000 tokens.
const promptRunes = 9000

// generate lets the model phrase the answer from numbered passages. What it
// writes is taken apart into sentences; one without a valid citation is
// dropped. When the model fails, or nothing is left, the extractive answer
// goes out and says so.
func (e *Engine) generate(ctx context.Context, q Question, p *plan.Plan, extractive Answer) (Answer, error) {
	hits, err := e.retrieve(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	passages := e.evidence(hits, &extractive)
	in := prompts.AnswerInput{Question: q.Text, Language: p.Language}
	for _, t := range q.Turns {
		turn := prompts.Turn{Question: t.Question}
		if t.Answer != nil {
			turn.Answer = t.Answer.Render()
		}
		in.Turns = append(in.Turns, turn)
	}
	for i, h := range passages {
		in.Passages = append(in.Passages, prompts.Passage{
			N: i + 1, Title: e.reports[h.Report].Title, Section: h.Section(),
			Published: e.reports[h.Report].Published.String(), Text: h.Text,
		})
	}
	pr := prompts.Answer(in)
	mctx, cancel := context.WithTimeout(ctx, e.cfg.ModelTimeout)
	defer cancel()
	text, usage, err := e.cfg.Generator.Generate(mctx, Prompt{Name: pr.Name, Version: pr.Version, System: pr.System, User: pr.User}, func(string) error { return nil })
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, ctx.Err()
		}
		e.cfg.Logger.WarnContext(ctx, "model failed, the extractive answer goes out", "model", e.cfg.Generator.Name(), "error", err)
		return e.withoutModel(extractive, p, usage), nil
	}
	draft := prompts.ReadAnswer(text)
	if !draft.Covered {
		extractive.Usage = usage
		extractive.Notice = phrase(p.Language, "The model found no answer in the passages; these are the reports' own sentences nearest to the question.",
			"模型认为所给段落没有答案；以下是报告中与问题最接近的原文。")
		return extractive, nil
	}
	a := e.cited(draft.Text, passages, p)
	e.guard(ctx, &a, p)
	if len(a.Citations) == 0 {
		e.cfg.Logger.WarnContext(ctx, "nothing that the model wrote is supported, the extractive answer goes out", "model", e.cfg.Generator.Name())
		return e.withoutModel(extractive, p, usage), nil
	}
	a.Usage = usage
	if len(a.Projects) == 0 {
		a.Projects = extractive.Projects
	}
	return a, nil
}

// withoutModel marks the extractive answer as the one that stands in.
func (e *Engine) withoutModel(a Answer, p *plan.Plan, u Usage) Answer {
	a.Usage = u
	a.Notice = phrase(p.Language, "The language model did not give a usable answer; these are the reports' own sentences.", "语言模型未能给出可用的回答；以下为报告原文。")
	return a
}

// evidence puts the passages that the extractive answer cites first, then the best
// hits, up to the budget.
func (e *Engine) evidence(hits []Hit, extractive *Answer) []Hit {
	all := e.cfg.Index.Passages()
	var out []Hit
	have := map[string]bool{}
	budget := promptRunes
	take := func(h Hit) {
		n := len([]rune(h.Text))
		if have[h.ID] || n > budget {
			return
		}
		have[h.ID] = true
		budget -= n
		out = append(out, h)
	}
	for _, c := range extractive.Citations {
		take(Hit{Passage: all[e.numbers[c.Passage]]})
	}
	for _, h := range hits {
		take(h)
	}
	return out
}

// marks are citation marks as models write them: [1], [1, 2], [1][2], 【1】.
var marks = regexp.MustCompile(`\s*[\[【]\s*\^?(\d+(?:\s*[,，、;]\s*\d+)*)\s*[\]】]`)

// cited takes a model's text apart into sentences with their citations. Each
// citation becomes the sentence of the passage that matches best.
func (e *Engine) cited(text string, passages []Hit, p *plan.Plan) Answer {
	w := e.newWriter(p)
	w.answer.Mode = Model
	for _, line := range strings.Split(text, "\n") {
		e.citeLine(w, strings.TrimSpace(line), passages)
	}
	for _, pr := range p.Projects {
		w.project(pr.Name)
	}
	dropHeadings(&w.answer)
	return w.answer
}

// citeLine adds the sentences of one line. A mark belongs to the sentence
// before it, also where it stands behind the full stop.
func (e *Engine) citeLine(w *writer, line string, passages []Hit) {
	if line == "" {
		return
	}
	if !marks.MatchString(line) {
		if strings.HasPrefix(line, "#") || strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：") {
			w.heading(strings.Trim(line, "#* "))
		}
		return // a sentence without a citation is not sent
	}
	first := true
	at := 0
	found := marks.FindAllStringSubmatchIndex(line, -1)
	for i := 0; i < len(found); i++ {
		end := found[i][1]
		numbers := markNumbers(line[found[i][2]:found[i][3]], len(passages))
		for i+1 < len(found) && strings.TrimSpace(line[end:found[i+1][0]]) == "" { // [1][2]
			i++
			end = found[i][1]
			numbers = append(numbers, markNumbers(line[found[i][2]:found[i][3]], len(passages))...)
		}
		said := line[at:found[i][0]]
		said = marks.ReplaceAllString(said, "")
		if n := leadingStop(line[end:]); n > 0 {
			said += line[end : end+n]
			end += n
		}
		at = end
		if said = lastCited(said); said == "" || len(numbers) == 0 {
			continue
		}
		w.add("", strings.TrimLeft(said, "-*• "), first, e.citeAll(w, said, numbers, passages)...)
		first = false
	}
}

// lastCited returns the part of the text that a mark at its end covers: its last
// sentence. The sentences before it carry no mark and are not sent.
func lastCited(text string) string {
	text = strings.TrimSpace(text)
	spans := corpus.Sentences(text)
	if len(spans) == 0 {
		return ""
	}
	last := spans[len(spans)-1]
	return strings.TrimSpace(text[last.Start:last.End])
}

// leadingStop returns the length of the end punctuation that rest begins with.
func leadingStop(rest string) int {
	for _, s := range []string{".", "。", "！", "？", "!", "?", ";", "；"} {
		if strings.HasPrefix(rest, s) {
			return len(s)
		}
	}
	return 0
}

// markNumbers reads the numbers of a mark; those of no passage are left out.
func markNumbers(s string, passages int) []int {
	var out []int
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(f); err == nil && n >= 1 && n <= passages && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// citeAll cites, in each passage, the sentence nearest to what is said.
func (e *Engine) citeAll(w *writer, said string, numbers []int, passages []Hit) []int {
	var out []int
	normal := corpus.Normal(said)
	for _, n := range numbers {
		h := &passages[n-1]
		best, start, end := -1.0, h.Start, h.End
		for _, s := range corpus.Sentences(h.Text) {
			if o := shared(normal, corpus.Normal(h.Text[s.Start:s.End])); o > best {
				best, start, end = o, h.Start+s.Start, h.Start+s.End
			}
		}
		if c := w.cite(&h.Passage, start, end); !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// shared is the share of said's units that the source sentence holds.
func shared(said, source string) float64 {
	units := strings.Fields(said)
	if len(units) == 0 {
		return 0
	}
	n := 0
	for _, u := range units {
		if strings.Contains(source, " "+u+" ") {
			n++
		}
	}
	return float64(n) / float64(len(units))
}

// dropHeadings removes heading lines that nothing follows.
func dropHeadings(a *Answer) {
	for i := len(a.Sentences) - 1; i >= 0; i-- {
		if a.Sentences[i].Heading && (i+1 == len(a.Sentences) || a.Sentences[i+1].Heading) {
			a.Sentences = slices.Delete(a.Sentences, i, i+1)
		}
	}
}
