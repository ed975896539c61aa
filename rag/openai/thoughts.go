package openai

import "strings"

// thoughts holds back what a reasoning model thinks aloud: a <think> block at
// the start of its answer, which some servers leave in the text. Leading white
// space goes with it.
type thoughts struct {
	held   string // not decided yet
	inside bool
	past   bool // the answer has begun; all passes
}

const (
	thinkStart = "<think>"
	thinkEnd   = "</think>"
)

// visible returns the part of the text so far that has become certain to
// belong to the answer and was not returned before.
func (t *thoughts) visible(piece string) string {
	if t.past {
		return piece
	}
	t.held += piece
	for {
		if t.inside {
			_, rest, found := strings.Cut(t.held, thinkEnd)
			if !found {
				t.held = t.held[max(0, len(t.held)-len(thinkEnd)):]
				return ""
			}
			t.held, t.inside = rest, false
		}
		t.held = strings.TrimLeft(t.held, " \t\r\n")
		if strings.HasPrefix(thinkStart, t.held) {
			return "" // nothing yet, or the beginning of the tag
		}
		rest, found := strings.CutPrefix(t.held, thinkStart)
		if !found {
			return t.rest()
		}
		t.held, t.inside = rest, true
	}
}

// rest returns what is still held back, once the text has ended.
func (t *thoughts) rest() string {
	if t.inside {
		return ""
	}
	s := t.held
	t.held, t.past = "", true
	return s
}
