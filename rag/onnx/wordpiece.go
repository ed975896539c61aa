package onnx

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// A wordPiece is BERT's vocabulary (https://doi.org/10.1109/ICASSP.2012.6289079):
// a word is cut into the longest pieces it has, from the left.
type wordPiece struct {
	ids      map[string]int64
	prefix   string // of a piece that does not begin a word
	unknown  int64
	maxRunes int // a longer word is unknown
}

func wordPieceOf(raw json.RawMessage) (*wordPiece, error) {
	c := struct {
		Vocabulary map[string]int64 `json:"vocab"`
		Unknown    string           `json:"unk_token"`
		Prefix     string           `json:"continuing_subword_prefix"`
		MaxRunes   int              `json:"max_input_chars_per_word"`
	}{Unknown: "[UNK]", Prefix: "##", MaxRunes: 100}
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	unknown, ok := c.Vocabulary[c.Unknown]
	if !ok {
		return nil, fmt.Errorf("model: the vocabulary lacks its unk_token %q", c.Unknown)
	}
	for word, id := range c.Vocabulary {
		if id < 0 {
			return nil, fmt.Errorf("model: %q has the id %d", word, id)
		}
	}
	return &wordPiece{ids: c.Vocabulary, prefix: c.Prefix, unknown: unknown, maxRunes: c.MaxRunes}, nil
}

func (w *wordPiece) highest() (id int64) {
	for _, n := range w.ids {
		id = max(id, n)
	}
	return id
}

func (w *wordPiece) cut(ids []int64, word string) []int64 {
	if utf8.RuneCountInString(word) > w.maxRunes {
		return append(ids, w.unknown)
	}
	before := len(ids)
	for start := 0; start < len(word); {
		id, end := w.longest(word, start)
		if end == start {
			return append(ids[:before], w.unknown)
		}
		ids, start = append(ids, id), end
	}
	return ids
}

// longest finds the longest piece of word at start; end == start means none.
func (w *wordPiece) longest(word string, start int) (id int64, end int) {
	prefix := ""
	if start > 0 {
		prefix = w.prefix
	}
	for end := len(word); end > start; {
		if id, ok := w.ids[prefix+word[start:end]]; ok {
			return id, end
		}
		_, size := utf8.DecodeLastRuneInString(word[start:end])
		end -= size
	}
	return 0, start
}
