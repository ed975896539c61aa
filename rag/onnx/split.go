package onnx

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitterOf returns what cuts a normalised text into words. nil leaves it whole.
func splitterOf(s *step) (func(string) []string, error) {
	var all []func([]string) []string
	if s != nil {
		var err error
		if all, err = s.splitters(); err != nil {
			return nil, err
		}
	}
	return func(text string) []string {
		words := []string{text}
		for _, f := range all {
			words = f(words)
		}
		return words
	}, nil
}

// splitters returns the steps of a pre-tokenizer, each of which cuts words further.
func (s *step) splitters() ([]func([]string) []string, error) {
	switch s.Type {
	case "Sequence":
		var all []func([]string) []string
		for i := range s.PreTokenizers {
			more, err := s.PreTokenizers[i].splitters()
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	case "BertPreTokenizer":
		return []func([]string) []string{fields, punctuation}, nil
	case "WhitespaceSplit":
		return []func([]string) []string{fields}, nil
	case "Metaspace":
		return []func([]string) []string{s.metaspace}, nil
	}
	return nil, unsupported("pre_tokenizer", s.Type, "BertPreTokenizer", "WhitespaceSplit", "Metaspace", "a Sequence of them")
}

// fields splits at white space.
func fields(words []string) (out []string) {
	for _, w := range words {
		out = append(out, strings.Fields(w)...)
	}
	return out
}

// punctuation makes every punctuation character a word of its own.
func punctuation(words []string) (out []string) {
	for _, w := range words {
		start := 0
		for i, r := range w {
			if !isPunctuation(r) {
				continue
			}
			if start < i {
				out = append(out, w[start:i])
			}
			start = i + utf8.RuneLen(r)
			out = append(out, w[i:start])
		}
		if start < len(w) {
			out = append(out, w[start:])
		}
	}
	return out
}

// isPunctuation is BERT's: every ASCII character that is no letter, no digit
// and no space counts.
func isPunctuation(r rune) bool {
	if r < unicode.MaxASCII {
		return r > ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return unicode.IsPunct(r)
}

// metaspace writes blanks as a character of their own, one at the beginning
// included, and splits before each:
// https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/pre_tokenizers/metaspace.rs
func (s *step) metaspace(words []string) (out []string) {
	mark := s.Replacement
	if mark == "" {
		mark = "▁"
	}
	for i, w := range words {
		w = strings.ReplaceAll(w, " ", mark)
		if s.prepends(i == 0) && !strings.HasPrefix(w, mark) {
			w = mark + w
		}
		if s.Split != nil && !*s.Split {
			out = append(out, w)
			continue
		}
		out = append(out, splitBefore(w, mark)...)
	}
	return out
}

// prepends reports whether a word begins with the mark of a blank.
func (s *step) prepends(first bool) bool {
	switch s.PrependScheme {
	case "never":
		return false
	case "first":
		return first
	case "always":
		return true
	}
	return s.PrefixSpace == nil || *s.PrefixSpace
}

// splitBefore cuts w before every mark.
func splitBefore(w, mark string) (out []string) {
	for w != "" {
		next := strings.Index(w[1:], mark)
		if next < 0 {
			return append(out, w)
		}
		out = append(out, w[:next+1])
		w = w[next+1:]
	}
	return out
}
