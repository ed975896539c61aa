package rag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// tell words facts in the language: "Acme: raised $6.5 million (seed round,
// March 2022)." The figures are those of the sentence, in the language's units.
func (e *Engine) tell(facts []catalogue.Fact, language string) string {
	var parts []string
	for _, f := range facts {
		if e.loose(f.Attribute) || e.isUnlike(f.Attribute) {
			continue // the quotation says of what
		}
		parts = append(parts, f.Project.Name+phrase(language, ", ", " 的")+lower(e.label(f.Attribute, language), language)+phrase(language, ": ", "：")+e.value(f, language))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, phrase(language, "; ", "；")) + phrase(language, ".", "。")
}

func lower(s, language string) string {
	if language == "en" && s != strings.ToUpper(s) {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// loose reports whether the values of an attribute are of different things.
func (e *Engine) loose(id string) bool {
	a := e.attribute(id)
	return a.Loose || a.ID != "" && a.Label.En == ""
}

// label is what an attribute is called in the language; "" for one without a label.
func (e *Engine) label(id, language string) string {
	return e.attribute(id).Label.In(language)
}

// attribute returns an attribute of the vocabulary; the zero value for one that it does not know.
func (e *Engine) attribute(id string) corpus.Attribute {
	i := slices.IndexFunc(e.cfg.Vocabulary.Attributes, func(a corpus.Attribute) bool { return a.ID == id })
	if i < 0 {
		return corpus.Attribute{}
	}
	return e.cfg.Vocabulary.Attributes[i]
}

// value words the value of a fact: a figure with its unit, bound, round and date;
// as printed where it is malformed.
func (e *Engine) value(f catalogue.Fact, language string) string {
	if f.Withheld {
		return phrase(language, "not disclosed, the report says", "报告称未公布")
	}
	if f.Denied {
		return phrase(language, "none, the report says", "报告称没有")
	}
	var s string
	switch v := f.Value; {
	case v.Malformed, f.Doubtful:
		s = strings.TrimSpace(e.printed(f)) + phrase(language, " (as printed)", "（原文如此）")
	case v.Kind == corpus.Name:
		return e.nameOf(f, language)
	case v.Kind == corpus.When:
		return dateWords(v.Date, v.Quarter, language)
	case v.Kind == corpus.Amount:
		s = bounded(v.Bound, language) + corpus.FormatAmount(v.Num, v.Currency, language)
	case v.Percent:
		s = corpus.FormatNumber(v.Num, language) + "%"
	default:
		s = bounded(v.Bound, language) + corpus.FormatNumber(v.Num, language)
	}
	var more []string
	if r := e.roundLabel(f.Round, language); r != "" {
		more = append(more, r)
	}
	if !f.Date.IsZero() {
		more = append(more, dateWords(f.Date, f.Quarter, language))
	}
	if len(more) == 0 {
		return s
	}
	if language == "zh" {
		return s + "（" + strings.Join(more, "，") + "）"
	}
	return s + " (" + strings.Join(more, ", ") + ")"
}

// nameOf is an attribute's own value in the language.
func (e *Engine) nameOf(f catalogue.Fact, language string) string {
	for _, a := range e.cfg.Vocabulary.Attributes {
		for _, names := range a.Values {
			if a.ID != f.Attribute || names[0] != f.Value.Name {
				continue
			}
			if i := slices.IndexFunc(names, func(n string) bool { return corpus.HanShare(n) > 0 }); language == "zh" && i >= 0 {
				return names[i]
			}
		}
	}
	return f.Value.Name
}

func bounded(bound, language string) string {
	switch bound {
	case "over":
		return phrase(language, "over ", "超过 ")
	case "under":
		return phrase(language, "under ", "不到 ")
	}
	return ""
}

// printed returns a fact's value as the report prints it.
func (e *Engine) printed(f catalogue.Fact) string {
	text := e.reports[f.Report].Text[f.Start:f.End]
	return text[f.Value.Start:f.Value.End]
}

func (e *Engine) roundLabel(id, language string) string {
	for _, r := range e.cfg.Vocabulary.Rounds {
		if r.ID == id {
			return r.Label.In(language)
		}
	}
	return ""
}

var monthNames = [...]string{"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// dateWords writes a date as precisely as it is known.
func dateWords(d corpus.Date, quarter int, language string) string {
	if language == "zh" {
		var b strings.Builder
		if d.Year > 0 {
			fmt.Fprintf(&b, "%d 年", d.Year)
		}
		if quarter > 0 {
			fmt.Fprintf(&b, "第 %d 季度", quarter)
		}
		if d.Month > 0 {
			fmt.Fprintf(&b, " %d 月", d.Month)
		}
		if d.Day > 0 {
			fmt.Fprintf(&b, " %d 日", d.Day)
		}
		return strings.TrimSpace(b.String())
	}
	var parts []string
	if quarter > 0 {
		parts = append(parts, fmt.Sprintf("Q%d", quarter))
	}
	if d.Day > 0 {
		parts = append(parts, fmt.Sprint(d.Day))
	}
	if d.Month > 0 {
		parts = append(parts, monthNames[d.Month])
	}
	if d.Year > 0 {
		parts = append(parts, fmt.Sprint(d.Year))
	}
	return strings.Join(parts, " ")
}
