package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/waymark-bot/waymark/corpus"
)

// readingVersion changes whenever facts are read off sentences in another way: facts
// stored by an older program are then read anew.
const readingVersion = 5

// A storedFact is a fact as it is kept: its project by id.
type storedFact struct {
	Fact
	Project string
}

// StoredFacts returns all facts in a form that [Catalogue.Restore] takes back, one JSON
// value each; the first says by what they were read. It reads those that have not been.
func (c *Catalogue) StoredFacts() ([]json.RawMessage, error) {
	head, err := json.Marshal(c.facts.readBy())
	if err != nil {
		return nil, fmt.Errorf("store facts: %w", err)
	}
	out := []json.RawMessage{head}
	for n := range c.facts.passages {
		for _, f := range c.facts.of(n) {
			line, err := json.Marshal(storedFact{f, f.Project.ID})
			if err != nil {
				return nil, fmt.Errorf("store fact of %s: %w", f.Project.Name, err)
			}
			out = append(out, line)
		}
	}
	return out, nil
}

// Restore takes the facts of [Catalogue.StoredFacts] for those of all passages. It reports
// false, and takes what a model found alone, when they were read by another program, with
// another vocabulary or for other projects: then they are read off the sentences again.
func (c *Catalogue) Restore(stored []json.RawMessage) bool {
	read := map[int][]Fact{}
	for _, f := range c.parseStored(stored) {
		read[f.Passage] = append(read[f.Passage], f)
	}
	var by string
	same := len(stored) > 0 && json.Unmarshal(stored[0], &by) == nil && by == c.facts.readBy()
	if !same {
		for n, l := range read {
			read[n] = slices.DeleteFunc(l, func(f Fact) bool { return !f.Model })
		}
	}
	c.facts.mu.Lock()
	defer c.facts.mu.Unlock()
	if same {
		c.facts.read = read
		c.facts.complete()
		return true
	}
	c.facts.added = read
	return false
}

// parseStored reads stored facts; those of projects or passages that are gone are left out.
func (c *Catalogue) parseStored(stored []json.RawMessage) []Fact {
	byID := make(map[string]*Project, len(c.projects))
	for _, p := range c.projects {
		byID[p.ID] = p
	}
	var out []Fact
	for _, line := range stored[min(1, len(stored)):] {
		var s storedFact
		if json.Unmarshal(line, &s) != nil || byID[s.Project] == nil || s.Passage < 0 || s.Passage >= len(c.facts.passages) {
			continue
		}
		p := c.facts.passages[s.Passage]
		if p.Report != s.Report || s.Start < p.Start || s.End > p.End {
			continue
		}
		s.Fact.Project = byID[s.Project]
		out = append(out, s.Fact)
	}
	return out
}

// fingerprint names what facts depend on beside the passages: the way of reading, the
// vocabulary and the projects with their names.
func fingerprint(c *Catalogue, v *corpus.Vocabulary) string {
	h := sha256.New()
	fmt.Fprintln(h, "reading", readingVersion)
	enc := json.NewEncoder(h)
	_ = enc.Encode(v) // strings and numbers alone
	for _, p := range c.projects {
		_ = enc.Encode([]any{p.ID, p.printed, p.Passages})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
