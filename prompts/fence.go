package prompts

import (
	"regexp"
	"strings"
	"unicode"
)

// material makes text from outside safe to stand between fences: nothing in it
// can end a fence, open one, pass for a citation mark, for the marker or for a
// control token of a chat template, or be invisible to a reader of the log.
func material(s string) string {
	s = strings.Map(visible, s)
	s = fenceLike.ReplaceAllString(s, "‹$1")
	s = tokenLike.Replace(s)
	s = mark.ReplaceAllString(s, "($1)")
	return strings.TrimSpace(strings.ReplaceAll(s, NotCovered, "not covered"))
}

// line is material on one line.
func line(s string) string { return strings.Join(strings.Fields(material(s)), " ") }

// attribute is line, fit to stand between double quotes.
func attribute(s string) string { return strings.ReplaceAll(line(s), `"`, `'`) }

// dropMarks removes citation marks: those of an earlier answer count other
// passages than the ones at hand.
func dropMarks(s string) string { return spacedMark.ReplaceAllString(s, "") }

var (
	// fenceLike finds the start of whatever looks like one of the template's
	// tags, or like the role tags that models are trained on.
	fenceLike = regexp.MustCompile(`(?i)[<＜﹤]([\s\p{Cf}]*/?[\s\p{Cf}]*(?:passages?|question|talk|asked|answered|found|faults?|projects|attributes|system|assistant|user|think)\b)`)

	// tokenLike holds control tokens of common chat templates, which some
	// servers read even in the middle of a text:
	// https://huggingface.co/docs/transformers/chat_templating
	tokenLike = strings.NewReplacer("<|", "‹|", "|>", "|›", "[INST]", "(INST)", "[/INST]", "(/INST)", "<<SYS>>", "‹‹SYS››", "<</SYS>>", "‹‹/SYS››")

	// mark finds citation marks: [3], [3, 5], 【3】.
	mark       = regexp.MustCompile(markPattern)
	spacedMark = regexp.MustCompile(`[ \t]*` + markPattern)
)

const markPattern = `[\[【［]\s*(\d{1,3}(?:\s*[,，、–-]\s*\d{1,3})*)\s*[\]】］]`

// visible drops what no reader sees and a model still reads: control
// characters, direction overrides, zero-width characters, the tag block
// (https://www.unicode.org/charts/PDF/UE0000.pdf). The joiners U+200C and
// U+200D stay: scripts and emoji need them.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d':
		return r
	case r == '\r' || r == '\ufffd':
		return -1
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}
