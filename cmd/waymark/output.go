package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/waymark-bot/waymark/rag"
)

// printJSON writes v as one line of JSON.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// An answerJSON is what `waymark ask --json` prints: the fields, their names
// and their order are a contract.
type answerJSON struct {
	ID        string         `json:"id"`
	Question  string         `json:"question"`
	Language  string         `json:"language"`
	Status    rag.Status     `json:"status"`
	Answer    string         `json:"answer"`
	Citations []citationJSON `json:"citations"`
	Projects  []string       `json:"projects"`
	AsOf      string         `json:"as_of"`
	Conflict  bool           `json:"conflict"`
	Mode      rag.Mode       `json:"mode"`
	ElapsedMS int64          `json:"elapsed_ms"`
}

type citationJSON struct {
	N         int    `json:"n"`
	Report    string `json:"report"`
	Title     string `json:"title"`
	Section   string `json:"section"`
	Published string `json:"published"`
	URL       string `json:"url"`
	Quote     string `json:"quote"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
}

// A failedJSON stands in the place of an answer that could not be looked for.
type failedJSON struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Error    string `json:"error"`
}

func answerToJSON(a rag.Answer) answerJSON {
	out := answerJSON{
		ID: a.ID, Question: a.Question, Language: a.Language, Status: a.Status, Answer: a.Render(),
		Citations: []citationJSON{}, Projects: append([]string{}, a.Projects...),
		AsOf: a.AsOf, Conflict: a.Conflict, Mode: a.Mode, ElapsedMS: a.Elapsed.Milliseconds(),
	}
	for _, c := range a.Citations {
		out.Citations = append(out.Citations, citationJSON{
			N: c.N, Report: c.Report, Title: c.Title, Section: c.Section, Published: c.Published,
			URL: c.URL, Quote: c.Quote, Start: c.Start, End: c.End,
		})
	}
	return out
}

// A hitsJSON is what `waymark search --json` prints.
type hitsJSON struct {
	ID   string    `json:"id"`
	Hits []hitJSON `json:"hits"`
}

type hitJSON struct {
	Report  string  `json:"report"`
	Section string  `json:"section"`
	Text    string  `json:"text"`
	Score   float64 `json:"score"`
	Start   int     `json:"start"`
	End     int     `json:"end"`
}

func hitsToJSON(id string, hits []rag.Hit) hitsJSON {
	out := hitsJSON{ID: id, Hits: []hitJSON{}}
	for _, h := range hits {
		out.Hits = append(out.Hits, hitJSON{h.Report, h.Section(), h.Text, h.Score, h.Start, h.End})
	}
	return out
}
