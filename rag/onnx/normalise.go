package onnx

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A step is a normalizer or a pre-tokenizer of tokenizer.json, with the fields
// of all kinds.
type step struct {
	Type string `json:"type"`

	Normalizers   []step `json:"normalizers"`
	PreTokenizers []step `json:"pretokenizers"`

	CleanText    bool  `json:"clean_text"`
	ChineseChars bool  `json:"handle_chinese_chars"`
	StripAccents *bool `json:"strip_accents"` // nil means as Lowercase
	Lowercase    bool  `json:"lowercase"`

	StripLeft  bool `json:"strip_left"`
	StripRight bool `json:"strip_right"`

	Pattern struct {
		String *string `json:"String"`
		Regex  *string `json:"Regex"`
	} `json:"pattern"`
	Content string `json:"content"`

	Charsmap []byte `json:"precompiled_charsmap"`

	Replacement   string `json:"replacement"`
	PrefixSpace   *bool  `json:"add_prefix_space"` // what files before prepend_scheme say
	PrependScheme string `json:"prepend_scheme"`
	Split         *bool  `json:"split"` // nil means true
}

// normaliserOf returns what a text goes through before it is split. nil changes
// nothing.
func normaliserOf(s *step) (func(string) string, error) {
	if s == nil {
		return func(text string) string { return text }, nil
	}
	switch s.Type {
	case "Sequence":
		return s.sequence()
	case "BertNormalizer":
		return s.bert, nil
	case "Precompiled":
		m, err := newCharsmap(s.Charsmap)
		if err != nil {
			return nil, fmt.Errorf("precompiled_charsmap: %w", err)
		}
		return m.apply, nil
	case "Replace":
		return s.replace()
	case "Lowercase":
		return strings.ToLower, nil
	case "StripAccents":
		return func(text string) string { return without(text, unicode.M) }, nil
	case "Strip":
		return s.strip, nil
	case "NFC":
		return norm.NFC.String, nil
	case "NFD":
		return norm.NFD.String, nil
	case "NFKC":
		return norm.NFKC.String, nil
	case "NFKD":
		return norm.NFKD.String, nil
	}
	return nil, unsupported("normalizer", s.Type, "BertNormalizer", "Precompiled", "Replace", "Lowercase",
		"StripAccents", "Strip", "NFC", "NFD", "NFKC", "NFKD", "a Sequence of them")
}

func (s *step) sequence() (func(string) string, error) {
	all := make([]func(string) string, len(s.Normalizers))
	for i := range s.Normalizers {
		var err error
		if all[i], err = normaliserOf(&s.Normalizers[i]); err != nil {
			return nil, err
		}
	}
	return func(text string) string {
		for _, f := range all {
			text = f(text)
		}
		return text
	}, nil
}

// bert is BERT's normalizer:
// https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/normalizers/bert.rs
func (s *step) bert(text string) string {
	if s.CleanText {
		text = strings.Map(clean, text)
	}
	if s.ChineseChars {
		text = spaced(text)
	}
	if s.StripAccents == nil && s.Lowercase || s.StripAccents != nil && *s.StripAccents {
		text = without(norm.NFD.String(text), unicode.Mn)
	}
	if s.Lowercase {
		text = strings.ToLower(text)
	}
	return text
}

// clean drops what is no text and makes all white space alike.
func clean(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case r == unicode.ReplacementChar || unicode.Is(unicode.C, r):
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// ideographs are those that BERT takes for words of their own.
var ideographs = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x3400, Hi: 0x4dbf, Stride: 1}, {Lo: 0x4e00, Hi: 0x9fff, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x20000, Hi: 0x2a6df, Stride: 1},
		{Lo: 0x2a700, Hi: 0x2b73f, Stride: 1},
		{Lo: 0x2b740, Hi: 0x2b81f, Stride: 1},
		{Lo: 0x2b920, Hi: 0x2ceaf, Stride: 1},
		{Lo: 0x2f800, Hi: 0x2fa1f, Stride: 1},
	},
}

// spaced puts blanks around ideographs.
func spaced(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if unicode.Is(ideographs, r) {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func without(text string, class *unicode.RangeTable) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(class, r) {
			return -1
		}
		return r
	}, text)
}

func (s *step) strip(text string) string {
	if s.StripLeft {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	if s.StripRight {
		text = strings.TrimRightFunc(text, unicode.IsSpace)
	}
	return text
}

func (s *step) replace() (func(string) string, error) {
	switch p := s.Pattern; {
	case p.String != nil:
		return func(text string) string { return strings.ReplaceAll(text, *p.String, s.Content) }, nil
	case p.Regex != nil:
		re, err := regexp.Compile(*p.Regex)
		if err != nil {
			return nil, fmt.Errorf("normalizer Replace: %w", err)
		}
		return func(text string) string { return re.ReplaceAllLiteralString(text, s.Content) }, nil
	}
	return nil, errors.New("normalizer Replace: no pattern")
}
