package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// rowLimit is how many rows a list of the largest or smallest has: as many as the question
// asks for, or topRows; 0 for any number.
func rowLimit(p *plan.Plan) int {
	if p.Filter == nil || p.Filter.Op != plan.Most && p.Filter.Op != plan.Least {
		return 0
	}
	if p.Filter.Rows > 0 {
		return p.Filter.Rows
	}
	return topRows
}

// asTyped returns word as the question writes it, where it does.
func asTyped(question, word string) string {
	if corpus.HanShare(word) > 0 {
		return strings.ReplaceAll(word, " ", "")
	}
	fields := strings.Fields(question)
	for i := range fields {
		for n := i + 1; n <= min(len(fields), i+maxTyped); n++ {
			if span := strings.Join(fields[i:n], " "); corpus.Normal(span) == " "+word+" " {
				return strings.Trim(span, ".,:;?!\"'“”‘’()（）？！，。")
			}
		}
	}
	folded := strings.ToLower(question)
	i := strings.Index(folded, word)
	if i < 0 || len(folded) != len(question) {
		return word
	}
	end := i + len(word)
	for end < len(question) && (question[end]|0x20 >= 'a' && question[end]|0x20 <= 'z') {
		end++ // the rest of what was stemmed
	}
	return question[i:end]
}

// maxTyped is the most words of what a list is of.
const maxTyped = 4

// writeRows writes a heading with the count and a cited line a row. Rows whose
// sentences would make the list too long keep only the name.
func (e *Engine) writeRows(p *plan.Plan, label, note string, rows []row) Answer {
	return e.writeList(p, label, note, rows, false)
}

// writeFound is writeRows for rows that were found by words: others may be told of in other words.
func (e *Engine) writeFound(p *plan.Plan, label, note string, rows []row) Answer {
	return e.writeList(p, label, note, rows, true)
}

func (e *Engine) writeList(p *plan.Plan, label, note string, rows []row, found bool) Answer {
	w := e.newWriter(p)
	placed, below := rows, []row(nil)
	if i := slices.IndexFunc(rows, func(r row) bool { return r.beside }); i >= 0 {
		placed, below = rows[:i], rows[i:]
	}
	if n := rowLimit(p); n > 0 && n < len(placed) {
		note = phrase(p.Language, "of "+itoa(len(placed))+" with a figure", "在有数据的 "+itoa(len(placed))+" 个项目中")
		placed = placed[:n]
	}
	w.heading(listHeading(p.Language, label, distinct(placed), note, found))
	rows = slices.Concat(placed, below)
	share := listRunes/len(rows) - 8
	all := e.cfg.Index.Passages()
	dated := e.datedApart(rows)
	for i, r := range rows {
		if r.beside && (i == 0 || rows[i-1].below != r.below) {
			w.heading(r.below + phrase(p.Language, ":", "："))
		}
		text := r.text
		if published := e.reports[all[r.passage].Report].Published; dated && r.ages && !published.IsZero() {
			text += asOf(published, p.Language)
		}
		if len([]rune(r.project.Name))+len([]rune(text)) > max(share, minShare) {
			text, r.quoted = r.short, false
		}
		label := r.project.Name
		if text != "" {
			label += phrase(p.Language, ": ", "：")
		}
		cites := []int{w.cite(&all[r.passage], r.start, r.end)}
		for _, s := range r.also {
			cites = append(cites, w.cite(&all[s.passage], s.start, s.end))
		}
		if r.quoted && text != "" && corpus.Language(text) != p.Language {
			text = "“" + text + "”"
		}
		w.add(label, text, true, cites...)
		w.project(r.project.Name)
	}
	return w.done(p)
}

// asOf is how old a figure is, behind it.
func asOf(d corpus.Date, language string) string {
	return phrase(language, ", as of ", "，截至 ") + d.String()
}

// ages reports whether a fact's value may have changed since its report, which tells no
// date for it.
func ages(f *catalogue.Fact) bool {
	return !f.Denied && f.Date.IsZero() && isFigure(*f)
}

// datedApart reports whether the rows come out of reports of different dates: one date
// below the answer does not tell how old each figure is then.
func (e *Engine) datedApart(rows []row) bool {
	all := e.cfg.Index.Passages()
	return slices.ContainsFunc(rows, func(r row) bool {
		return e.reports[all[r.passage].Report].Published != e.reports[all[rows[0].passage].Report].Published
	})
}

// distinct returns how many projects have rows.
func distinct(rows []row) int {
	seen := map[*catalogue.Project]bool{}
	for _, r := range rows {
		seen[r.project] = true
	}
	return len(seen)
}

// minShare is the room, in characters, that every row of a list may take.
const minShare = 40

func listHeading(language, label string, n int, note string, found bool) string {
	if language == "zh" {
		s := label + "：共 " + itoa(n) + " 个项目"
		if found {
			s = label + "：找到 " + itoa(n) + " 个项目"
		}
		if note != "" {
			s += "（" + note + "）"
		}
		return s
	}
	s := label + ": " + itoa(n) + " projects"
	if n == 1 {
		s = label + ": 1 project"
	}
	if found {
		s += " found"
	}
	if note != "" {
		s += " (" + note + ")"
	}
	return s
}
