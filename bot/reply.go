package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag"
)

// ReplyTo turns an answer into a reply, for a caller that has asked already.
func ReplyTo(a rag.Answer) Reply { return replyTo(a) }

// replyTo turns an answer into a reply. Only sources that a line rests on are
// listed, and no mark is shown whose source is not.
func replyTo(a rag.Answer) Reply {
	w := wordingOf(a.Language)
	r := Reply{Language: w.language, Answer: &a}
	known := make(map[int]bool, len(a.Citations))
	for _, c := range a.Citations {
		known[c.N] = true
	}
	r.Lines = answerLines(a.Sentences, known)
	if len(r.Lines) == 0 {
		r.Lines = []Line{plainLine(w.status(a.Status))}
	}
	if a.Status != rag.Answered && len(a.Related) > 0 && !namesRelated(a) {
		r.Lines = append(r.Lines, plainLine(w.related+strings.Join(a.Related, w.comma)))
	}
	r.Sources = answerSources(a.Citations, r.Lines, w)
	mergeSources(&r)
	r.Notice = notice(a, w)
	return r
}

// replySoFar turns an answer that is being written into a reply, whose notice
// says just that: its dates and what the reports disagree on are not settled.
func replySoFar(a rag.Answer) Reply {
	r := replyTo(a)
	r.Notice = wordingOf(a.Language).writing
	return r
}

// answerLines groups sentences into lines. A heading stands alone; where each
// line below it is a single sentence, these are rows and get bullets.
func answerLines(sentences []rag.Sentence, known map[int]bool) []Line {
	var lines []Line
	open := false // the last line may go on
	for _, s := range sentences {
		text := strings.TrimSpace(s.Text)
		if text == "" {
			continue
		}
		span := Span{Text: text, Cites: knownCites(s.Cites, known)}
		switch {
		case s.Heading:
			lines = append(lines, Line{Heading: true, Spans: []Span{span}})
			open = false
		case open && !s.Break:
			last := &lines[len(lines)-1]
			span.Text = joint(last.Spans[len(last.Spans)-1]) + text
			last.Spans = append(last.Spans, span)
		default:
			var bullet bool
			span.Text, bullet = cutBullet(text)
			lines = append(lines, Line{Bullet: bullet, Spans: []Span{span}})
			open = true
		}
	}
	bulletRows(lines)
	return lines
}

// bulletRows makes bullets of the lines below a heading if there are several
// and each is one sentence.
func bulletRows(lines []Line) {
	for i := 0; i < len(lines); i++ {
		if !lines[i].Heading {
			continue
		}
		end := i + 1
		rows := true
		for ; end < len(lines) && !lines[end].Heading; end++ {
			rows = rows && len(lines[end].Spans) == 1
		}
		if rows && end-i > 2 {
			for j := i + 1; j < end; j++ {
				lines[j].Bullet = true
			}
		}
	}
}

// cutBullet takes a leading list mark off text.
func cutBullet(text string) (string, bool) {
	for _, mark := range []string{"- ", "* ", "• "} {
		if rest, ok := strings.CutPrefix(text, mark); ok && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest), true
		}
	}
	return text, false
}

// joint returns what stands between span and the sentence after it.
func joint(span Span) string {
	if len(span.Cites) == 0 {
		return span.Gap()
	}
	return " " // after a mark
}

// knownCites keeps the numbers in cites that have a source, once each.
func knownCites(cites []int, known map[int]bool) []int {
	var out []int
	for _, n := range cites {
		if known[n] && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// answerSources lists the citations that lines rest on, by number.
func answerSources(citations []rag.Citation, lines []Line, w wording) []Source {
	used := make(map[int]bool)
	for _, l := range lines {
		for _, s := range l.Spans {
			for _, n := range s.Cites {
				used[n] = true
			}
		}
	}
	var out []Source
	for _, c := range citations {
		if !used[c.N] {
			continue
		}
		used[c.N] = false // a number is listed once
		s := Source{N: c.N, Title: c.Title, Section: c.Section, Published: c.Published, URL: c.URL, Quote: c.Quote}
		if s.Title == "" {
			s.Title = c.Report
		}
		if c.Inferred && s.Published != "" {
			s.Published = fmt.Sprintf(w.inferred, s.Published)
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Source) int { return a.N - b.N })
	return out
}

// namesRelated reports whether the sentences name the nearest topics themselves.
func namesRelated(a rag.Answer) bool {
	return slices.ContainsFunc(a.Sentences, func(s rag.Sentence) bool { return strings.Contains(s.Text, a.Related[0]) })
}

// mergeSources lists each section of a report once: sentences of one place share its
// number, and the numbers run on without gaps. A chat has no room for the same line twenty times.
func mergeSources(r *Reply) {
	type place struct{ title, section string }
	numbers := map[int]int{}
	at := map[place]int{}
	var merged []Source
	for _, s := range r.Sources {
		k := place{s.Title, s.Section}
		i, ok := at[k]
		if !ok {
			i = len(merged)
			at[k] = i
			first := s
			first.N = i + 1
			merged = append(merged, first)
		} else if !strings.Contains(merged[i].Quote, s.Quote) {
			merged[i].Quote += " … " + s.Quote
		}
		numbers[s.N] = i + 1
	}
	r.Sources = merged
	for i := range r.Lines {
		for j := range r.Lines[i].Spans {
			span := &r.Lines[i].Spans[j]
			span.Cites = renumber(span.Cites, numbers)
		}
	}
}

// renumber maps cites to their new numbers, each once, ascending.
func renumber(cites []int, numbers map[int]int) []int {
	var out []int
	for _, n := range cites {
		if m := numbers[n]; m > 0 && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// notice says as of when the answer holds, whether the reports disagree, and
// how it came about, as far as there is something to say.
func notice(a rag.Answer, w wording) string {
	var parts []string
	if a.Status == rag.Answered && a.AsOf != "" {
		parts = append(parts, fmt.Sprintf(w.asOf, a.AsOf))
	}
	if a.Conflict {
		parts = append(parts, w.conflict)
	}
	if text := strings.TrimSpace(a.Notice); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, " · ")
}

// textReply is a reply of plain lines without sources.
func textReply(lang string, lines ...string) Reply {
	r := Reply{Language: wordingOf(lang).language}
	for _, l := range lines {
		r.Lines = append(r.Lines, plainLine(l))
	}
	return r
}

// plainLine is a line of one span.
func plainLine(text string) Line { return Line{Spans: []Span{{Text: text}}} }
