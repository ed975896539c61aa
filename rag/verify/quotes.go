package verify

import (
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// quoted reports whether every sentence of s stands in text as a whole sentence, case,
// white space and end marks aside.
func quoted(s, text string) bool { return len(quotedSpans(s, text)) > 0 }

// quotedSpans returns the sentences of text that s quotes, one for each of its own, nil when
// one of them is not there.
func quotedSpans(s, text string) []corpus.Span {
	want := corpus.Sentences(s)
	if len(want) == 0 {
		return nil
	}
	have := map[string]corpus.Span{}
	for _, sp := range corpus.Sentences(text) {
		have[bare(text[sp.Start:sp.End])] = sp
	}
	out := make([]corpus.Span, len(want))
	for i, sp := range want {
		at, ok := have[bare(s[sp.Start:sp.End])]
		if !ok {
			return nil
		}
		out[i] = at
	}
	return out
}

// bare is s in lower case with single blanks, without marks at its ends.
func bare(s string) string {
	return strings.Trim(strings.Join(strings.Fields(strings.ToLower(s)), " "), " .。!！?？;；,，:：\"“”'*()（）")
}

// quoteFault checks what the claim puts in quotation marks.
func (c *Checker) quoteFault(cl *claim, e *evidence) Verdict {
	if cl.zh != e.zh {
		return supported
	}
	for _, q := range cl.quotes {
		words := scan(q)
		found, all := 0, 0
		for i, w := range words {
			if !w.han && functionWords[w.norm] {
				continue
			}
			all++
			if e.has(w.norm) || e.inContext(w.norm) || i > 0 && e.has(words[i-1].text+w.text) {
				found++
			}
		}
		if all > 0 && float64(found) < minQuoted*float64(all) {
			return fault(Name, "%q is quoted, and is not in the source sentence", q)
		}
	}
	return supported
}

// minQuoted is the share of a quoted term's words that the source sentence must hold.
const minQuoted = 0.6

// quotations returns what stands in quotation marks.
func quotations(s string) []string {
	var out []string
	for _, q := range [][2]string{{"“", "”"}, {"「", "」"}, {"『", "』"}, {"《", "》"}, {`"`, `"`}} {
		rest := s
		for {
			i := strings.Index(rest, q[0])
			if i < 0 {
				break
			}
			rest = rest[i+len(q[0]):]
			j := strings.Index(rest, q[1])
			if j < 0 {
				break
			}
			if in := strings.TrimSpace(rest[:j]); in != "" {
				out = append(out, in)
			}
			rest = rest[j+len(q[1]):]
		}
	}
	return out
}
