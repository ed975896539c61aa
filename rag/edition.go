package rag

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// An Edition is what the reports state at one time, as far as a reader wants to
// hear when it changes. It can be kept ([Edition.Encode]) and compared with a
// later one ([Compare]) when the reports themselves are no longer there.
type Edition struct {
	Reports  []EditionReport  `json:"reports"`
	Projects []EditionProject `json:"projects"`
	Facts    []EditionFact    `json:"facts"`
}

// An EditionReport is one report of an edition.
type EditionReport struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Publisher string `json:"publisher,omitempty"`
	Published string `json:"published,omitempty"` // as corpus.Date prints it
	URL       string `json:"url,omitempty"`
	Sum       string `json:"sum"` // of all that a reader sees of it
}

// An EditionProject is one project of an edition.
type EditionProject struct {
	Name  string     `json:"name"`
	Names []string   `json:"names"` // in normal form, all of them
	First []Citation `json:"first"` // where each report begins to describe it
}

// An EditionFact is something stated of a project.
type EditionFact struct {
	Project   string   `json:"project"`
	Attribute string   `json:"attribute"` // id in the vocabulary
	Round     string   `json:"round,omitempty"`
	Label     Wording  `json:"label"` // what the attribute is called; "" where only the sentence says
	Value     Wording  `json:"value"` // in words: figure, unit, round and date
	Citation  Citation `json:"citation"`
}

// A Wording is a text in both languages.
type Wording struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// In returns the text in a language: "zh", or any other for English.
func (w Wording) In(language string) string {
	if language == "zh" {
		return w.Zh
	}
	return w.En
}

// Edition returns what the reports state. It reads the facts of all passages,
// which takes a while where nobody has asked for them before.
func (e *Engine) Edition() Edition {
	var out Edition
	for _, r := range e.cfg.Index.Reports() {
		out.Reports = append(out.Reports, editionReport(r))
	}
	for _, p := range e.cfg.Catalogue.Projects() {
		out.Projects = append(out.Projects, e.editionProject(p))
		en, _ := e.Record(p.Name, "en")
		zh, _ := e.Record(p.Name, "zh")
		for i, s := range en.Facts { // both are in the same order
			f := EditionFact{Project: p.Name, Attribute: s.Attribute, Round: s.Round, Value: Wording{s.Text, zh.Facts[i].Text}, Citation: s.Citation}
			if !e.loose(s.Attribute) {
				f.Label = Wording{s.Label, zh.Facts[i].Label}
			}
			f.Citation.N = 0
			out.Facts = append(out.Facts, f)
		}
	}
	return out
}

func editionReport(r corpus.Report) EditionReport {
	out := EditionReport{ID: r.ID, Title: r.Title, Publisher: r.Publisher, Published: r.Published.String(), URL: r.URL}
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Title, r.Publisher, out.Published, r.URL, r.Text}, "\x00")))
	out.Sum = hex.EncodeToString(sum[:12])
	return out
}

// editionProject cites the first sentence of each report's first passage about p.
func (e *Engine) editionProject(p *catalogue.Project) EditionProject {
	out := EditionProject{Name: p.Name}
	for _, n := range p.Names() {
		out.Names = append(out.Names, corpus.Normal(n))
	}
	w := e.newWriter(&plan.Plan{Language: "en"})
	all, seen := e.cfg.Index.Passages(), map[string]bool{}
	for _, n := range p.Passages {
		passage := &all[n]
		if seen[passage.Report] {
			continue
		}
		seen[passage.Report] = true
		start, end := passage.Start, passage.End
		if l := corpus.Sentences(passage.Text); len(l) > 0 {
			start, end = passage.Start+l[0].Start, passage.Start+l[0].End
		}
		c := w.answer.Citations[w.cite(passage, start, end)-1]
		c.N = 0
		out.First = append(out.First, c)
	}
	return out
}

// Name names the edition by what it holds: two of the same name are the same.
func (e Edition) Name() (string, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("encode edition: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12]), nil
}

// Encode returns the edition in few bytes.
func (e Edition) Encode() ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if err := json.NewEncoder(w).Encode(e); err != nil {
		return nil, fmt.Errorf("encode edition: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode edition: %w", err)
	}
	return out.Bytes(), nil
}

// mostEdition bounds what is unpacked of an edition, in bytes.
const mostEdition = 256 << 20

// DecodeEdition reads what [Edition.Encode] has made.
func DecodeEdition(data []byte) (Edition, error) {
	var e Edition
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		err = json.NewDecoder(io.LimitReader(r, mostEdition)).Decode(&e)
	}
	if err != nil {
		return Edition{}, fmt.Errorf("decode edition: %w", err)
	}
	return e, nil
}
