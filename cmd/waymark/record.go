package main

import (
	"bytes"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// A recordJSON is what `waymark projects NAME --json` prints.
type recordJSON struct {
	projectJSON
	Facts []factJSON `json:"facts"`
}

// A factJSON is one fact: what the sentence quoted from the report states. A
// number is scaled ("1.3 million" is 1300000), and null where the fact has none.
type factJSON struct {
	Attribute string   `json:"attribute"`
	Label     string   `json:"label"`
	Text      string   `json:"text"`   // the value in words
	Denied    bool     `json:"denied"` // the sentence says that there is none
	Number    *float64 `json:"number"`
	Currency  string   `json:"currency"` // ISO code or symbol of an amount
	Unit      string   `json:"unit"`     // the word behind a number; "%" for a share
	Bound     string   `json:"bound"`    // "over", "under" or ""
	Round     string   `json:"round"`
	Date      string   `json:"date"`    // stated, or when the figure is of: 2024, 2024-03, 2024-03-27
	Quarter   int      `json:"quarter"` // of the date, 1 to 4, or 0
	AsOf      string   `json:"as_of"`   // when the report was published
	Report    string   `json:"report"`
	Section   string   `json:"section"`
	Quote     string   `json:"quote"`
	Start     int      `json:"start"`
	End       int      `json:"end"`
}

func recordToJSON(r rag.Record) recordJSON {
	out := recordJSON{projectToJSON(r.Project), []factJSON{}}
	for _, s := range r.Facts {
		out.Facts = append(out.Facts, factToJSON(s))
	}
	return out
}

func factToJSON(s rag.Statement) factJSON {
	f := factJSON{
		Attribute: s.Attribute, Label: s.Label, Text: s.Text, Denied: s.Denied, Round: s.Round,
		Date: s.Date.String(), Quarter: s.Quarter, AsOf: s.AsOf.String(),
		Report: s.Report, Section: s.Citation.Section, Quote: s.Citation.Quote, Start: s.Start, End: s.End,
	}
	switch v := s.Value; {
	case s.Denied || v.Malformed || v.Kind == corpus.Name:
	case v.Kind == corpus.When:
		f.Date, f.Quarter = v.Date.String(), v.Quarter
	default:
		f.Number, f.Currency, f.Bound = &v.Num, v.Currency, v.Bound
		switch {
		case v.Percent:
			f.Unit = "%"
		case v.Kind == corpus.Number: // behind an amount stands its currency
			f.Unit = s.Unit
		}
	}
	return f
}

// facts prints what a record states, attribute by attribute, each fact with its
// sentence and where that stands.
func (t *terminal) facts(r rag.Record, language string) error {
	asOf := ", as of "
	if language == "zh" {
		asOf = "，截至 "
	}
	var b bytes.Buffer
	label := ""
	for _, s := range r.Facts {
		if s.Label != label {
			label = s.Label
			b.WriteByte('\n')
			t.paragraph(&b, "", "", bold, plainPieces(label))
		}
		text := s.Text
		if d := s.AsOf.String(); d != "" {
			text += asOf + d
		}
		t.paragraph(&b, "• ", "  ", "", plainPieces(text))
		t.paragraph(&b, "    ", "    ", dim, plainPieces("“"+strings.Join(strings.Fields(s.Citation.Quote), " ")+"”"))
		t.paragraph(&b, "    ", "    ", dim, plainPieces(place(s.Citation)))
	}
	_, err := t.out.Write(b.Bytes())
	return err
}

// place names the report and the section of a citation.
func place(c rag.Citation) string {
	if c.Section == "" {
		return c.Report
	}
	return c.Report + " > " + c.Section
}
