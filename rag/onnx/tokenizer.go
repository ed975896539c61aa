package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxVocabulary bounds tokenizer.json, in bytes; that of 250,000 pieces has 17 MB.
const maxVocabulary = 256 << 20

// A tokenizer turns a text into token ids, as a tokenizer.json of Hugging
// Face's tokenizers says (https://huggingface.co/docs/tokenizers/components).
// A text that spells a special token is a text. It is not changed by its use.
type tokenizer struct {
	normalise func(string) string
	split     func(string) []string
	pieces    pieces
	before    []int64 // special tokens around every text
	after     []int64
	maxID     int64 // the highest token id
}

// pieces cuts a word into the pieces of a vocabulary.
type pieces interface {
	// cut appends the token ids of a word to ids.
	cut(ids []int64, word string) []int64
	// highest returns the highest token id.
	highest() int64
}

// A tokenizerJSON is what is read of tokenizer.json. Truncation and padding in
// it are settings of another program.
type tokenizerJSON struct {
	Normalizer   *step           `json:"normalizer"`
	PreTokenizer *step           `json:"pre_tokenizer"`
	Processor    *processor      `json:"post_processor"`
	Model        json.RawMessage `json:"model"`
}

// readTokenizer reads a tokenizer.json.
func readTokenizer(name string) (*tokenizer, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var c tokenizerJSON
	if err := json.NewDecoder(io.LimitReader(file, maxVocabulary)).Decode(&c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t, err := newTokenizer(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

func newTokenizer(c tokenizerJSON) (*tokenizer, error) {
	t := &tokenizer{}
	var err error
	if t.normalise, err = normaliserOf(c.Normalizer); err != nil {
		return nil, err
	}
	if t.split, err = splitterOf(c.PreTokenizer); err != nil {
		return nil, err
	}
	if t.pieces, err = piecesOf(c.Model); err != nil {
		return nil, err
	}
	if c.Processor != nil {
		if t.before, t.after, err = c.Processor.around(); err != nil {
			return nil, err
		}
	}
	t.maxID = t.pieces.highest()
	for _, id := range append(t.before, t.after...) {
		t.maxID = max(t.maxID, id)
	}
	return t, nil
}

// fixed is the number of special tokens around a text.
func (t *tokenizer) fixed() int { return len(t.before) + len(t.after) }

// encode returns the token ids of a text, special ones included, at most most
// of them: what the text holds beyond is cut off.
func (t *tokenizer) encode(text string, most int) []int64 {
	ids := append([]int64(nil), t.before...)
	room := most - len(t.after)
	for _, word := range t.split(t.normalise(text)) {
		if len(ids) >= room {
			break
		}
		ids = t.pieces.cut(ids, word)
	}
	return append(ids[:min(len(ids), room)], t.after...)
}

// piecesOf reads the vocabulary.
func piecesOf(raw json.RawMessage) (pieces, error) {
	var kind struct {
		Type   string          `json:"type"`
		Prefix *string         `json:"continuing_subword_prefix"`
		Merges json.RawMessage `json:"merges"`
		UnkID  *int            `json:"unk_id"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	switch { // old files do not name the type
	case kind.Type == "WordPiece" || kind.Type == "" && kind.Prefix != nil && kind.Merges == nil:
		return wordPieceOf(raw)
	case kind.Type == "Unigram" || kind.Type == "" && kind.UnkID != nil:
		return unigramOf(raw)
	}
	return nil, fmt.Errorf("a vocabulary of the type %q is not supported; want WordPiece or Unigram", kind.Type)
}

// A processor says which special tokens stand around a text.
type processor struct {
	Type   string `json:"type"`
	Single []struct {
		Special *struct {
			ID string `json:"id"`
		} `json:"SpecialToken"`
	} `json:"single"`
	Specials map[string]struct {
		IDs []int64 `json:"ids"`
	} `json:"special_tokens"`
	First      specialToken `json:"cls"`
	Last       specialToken `json:"sep"`
	Processors []processor  `json:"processors"`
}

// A specialToken stands as ["[CLS]", 101].
type specialToken []int64

// UnmarshalJSON reads the id.
func (s *specialToken) UnmarshalJSON(data []byte) error {
	var pair []any
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) == 2 {
		if id, ok := pair[1].(float64); ok {
			*s = specialToken{int64(id)}
			return nil
		}
	}
	return errors.New("post_processor: want a special token as its text and its id")
}

// around returns the ids before and after a text.
func (p *processor) around() (before, after []int64, err error) {
	switch p.Type {
	case "TemplateProcessing":
		return p.template()
	case "BertProcessing", "RobertaProcessing":
		return p.First, p.Last, nil
	case "Sequence":
		for i := range p.Processors {
			b, a, err := p.Processors[i].around()
			if err != nil {
				return nil, nil, err
			}
			before, after = append(before, b...), append(after, a...)
		}
		return before, after, nil
	}
	return nil, nil, fmt.Errorf("the post_processor %q is not supported; want TemplateProcessing, BertProcessing or RobertaProcessing", p.Type)
}

// template reads special tokens out of a list in which the text has its place.
func (p *processor) template() (before, after []int64, err error) {
	passed := false
	for _, part := range p.Single {
		if part.Special == nil {
			passed = true
			continue
		}
		ids := p.Specials[part.Special.ID].IDs
		if len(ids) == 0 {
			return nil, nil, fmt.Errorf("post_processor: the special token %q has no id", part.Special.ID)
		}
		if passed {
			after = append(after, ids...)
		} else {
			before = append(before, ids...)
		}
	}
	if !passed {
		return nil, nil, errors.New("post_processor: no place for the text")
	}
	return before, after, nil
}

// unsupported is the error about a step that is not known.
func unsupported(what, kind string, known ...string) error {
	return fmt.Errorf("the %s %q is not supported; want %s", what, kind, strings.Join(known, ", "))
}
