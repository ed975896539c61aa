package verify

import (
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A reading is a sentence taken apart.
type reading struct {
	text    string // plain
	words   []word
	figures []figure
	names   []name
	denials []denial
	items   []item // the words with figures and names as one each
	zh      bool
	set     map[string]bool // norms of the Latin words, Han pairs and Han characters
	means   map[int]bool    // synonym groups of which it has a word
	rounds  []hit
}

// read takes plain text apart.
func (c *Checker) read(text string, year int) *reading { return c.readWords(text, scan(text), year) }

// readWords is read for a text whose words are known.
func (c *Checker) readWords(text string, words []word, year int) *reading {
	r := &reading{text: text, words: words, zh: corpus.Language(text) == "zh"}
	r.figures = c.readFigures(text, r.words, year)
	r.names = c.readNames(r.words, r.figures)
	r.denials = readDenials(r.words)
	r.items = r.sequence()
	r.set = make(map[string]bool, len(r.words))
	for i, w := range r.words {
		r.set[w.norm] = true
		if p := pair(text, r.words, i); p != "" {
			r.set[p] = true
		}
	}
	r.means = map[int]bool{}
	for _, h := range c.synonyms.find(r.words) {
		r.means[h.group] = true
	}
	r.rounds = c.rounds.find(r.words)
	return r
}

// pair returns word i and the next as one string when both are Han and stand
// together, else "".
func pair(text string, words []word, i int) string {
	if i+1 >= len(words) || !words[i].han || !words[i+1].han || words[i].end() != words[i+1].start {
		return ""
	}
	return text[words[i].start:words[i+1].end()]
}

// hasKey reports whether some run of words makes the key.
func (r *reading) hasKey(k string) bool {
	for i := range r.words {
		rest := k
		for j := i; j < len(r.words) && rest != ""; j++ {
			w := key(r.words[j].low)
			if !strings.HasPrefix(rest, w) {
				rest = "-"
				break
			}
			rest = rest[len(w):]
		}
		if rest == "" {
			return true
		}
	}
	return false
}

// textOf returns words [from, to) as printed.
func (r *reading) textOf(from, to int) string {
	return r.text[r.words[from].start:r.words[to-1].end()]
}

// A claim is the sentence that is checked.
type claim struct {
	*reading
	subjects map[string]bool // keys of what it is about, as the caller knows it
	label    int             // number of words of the label that it opens with ("Raised: ...")
	body     string          // the text behind the label, "" without one
	units    []unit
	cross    []unit   // units for a source in the other language, once needed
	quotes   []string // what it puts in quotation marks
	hits     []hit    // its synonyms
}

func (c *Checker) readClaim(text string, subjects []string) *claim {
	cl := &claim{reading: c.read(text, 0), subjects: map[string]bool{}}
	for _, s := range subjects {
		if k := key(plain(s)); k != "" {
			cl.subjects[k] = true
		}
	}
	cl.readLabel()
	cl.units = c.unitsOf(cl.reading, cl.label)
	cl.quotes = quotations(text)
	cl.hits = c.synonyms.find(cl.words)
	return cl
}

// isSubject reports whether n is what the sentence is about.
func (cl *claim) isSubject(n *name) bool { return cl.subjects[n.key] }

// The most words of a label in Latin letters, and in Han characters.
const (
	maxLabel    = 8
	maxHanLabel = 12
)

// readLabel finds the label that the claim opens with: a few words and a colon.
func (cl *claim) readLabel() {
	at, size := strings.IndexByte(cl.text, ':'), 1
	if i := strings.Index(cl.text, "："); i >= 0 && (at < 0 || i < at) {
		at, size = i, len("：")
	}
	if at <= 0 || strings.HasPrefix(cl.text[at:], "://") || at+1 < len(cl.text) && size == 1 && isDigit(cl.text[at+1]) {
		return
	}
	n, most := 0, maxHanLabel
	for n < len(cl.words) && cl.words[n].end() <= at {
		if !cl.words[n].han {
			most = maxLabel
		}
		if auxiliaries[cl.words[n].text] || cl.words[n].clause != cl.words[0].clause {
			return // a sentence, not a label
		}
		n++
	}
	if n > most || n == len(cl.words) || strings.ContainsAny(cl.text[:at], ".。!?！？") && cl.words[n-1].gap == ended {
		return
	}
	cl.label, cl.body = n, strings.TrimSpace(cl.text[at+size:])
}
