package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// unknownPenalty is how much worse than the rarest piece an unknown character
// is: https://github.com/google/sentencepiece/blob/master/src/unigram_model.cc
const unknownPenalty = 10

// A unigram is SentencePiece's vocabulary (https://arxiv.org/abs/1804.10959):
// of all ways to cut a word the one of the highest sum of scores is taken.
type unigram struct {
	ids      map[string]int64
	scores   []float64 // by id
	unknown  int64     // -1 when there is none
	bytes    []int64   // ids of the 256 bytes, for what is unknown; nil means none
	worst    float64   // score of an unknown character
	maxBytes int       // of a piece
}

// A scored is a piece as ["▁the", -3.2].
type scored struct {
	piece string
	score float64
}

// UnmarshalJSON reads the two.
func (s *scored) UnmarshalJSON(data []byte) error {
	pair := []any{&s.piece, &s.score}
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return errors.New("want a piece as its text and its score")
	}
	return nil
}

func unigramOf(raw json.RawMessage) (*unigram, error) {
	var c struct {
		Vocabulary []scored `json:"vocab"`
		Unknown    *int64   `json:"unk_id"`
		Bytes      bool     `json:"byte_fallback"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if len(c.Vocabulary) == 0 {
		return nil, errors.New("model: the vocabulary is empty")
	}
	u := &unigram{ids: make(map[string]int64, len(c.Vocabulary)), unknown: -1, worst: math.Inf(1)}
	for id, s := range c.Vocabulary {
		u.ids[s.piece] = int64(id)
		u.scores = append(u.scores, s.score)
		u.worst = min(u.worst, s.score)
		u.maxBytes = max(u.maxBytes, len(s.piece))
	}
	u.worst -= unknownPenalty
	if c.Unknown != nil {
		u.unknown = *c.Unknown
	}
	if u.unknown < 0 || u.unknown >= int64(len(u.scores)) {
		return nil, fmt.Errorf("model: unk_id is %d; want an id of the vocabulary", u.unknown)
	}
	if c.Bytes {
		u.bytes = u.byteIDs()
	}
	return u, nil
}

// byteIDs returns the ids of <0x00> to <0xFF>, nil if one is missing.
func (u *unigram) byteIDs() []int64 {
	out := make([]int64, 256)
	for b := range out {
		id, ok := u.ids[fmt.Sprintf("<0x%02X>", b)]
		if !ok {
			return nil
		}
		out[b] = id
	}
	return out
}

func (u *unigram) highest() int64 { return int64(len(u.scores) - 1) }

// A step of the best way to a place in a word.
type arrival struct {
	score float64
	from  int // where its last piece begins; -1 means not reached
	id    int64
}

// cut finds the best way through the word from left to right (Viterbi).
func (u *unigram) cut(ids []int64, word string) []int64 {
	best := make([]arrival, len(word)+1)
	for i := range best {
		best[i].from = -1
	}
	best[0].from = 0
	for start := 0; start < len(word); {
		_, size := utf8.DecodeRuneInString(word[start:])
		if !u.reach(best, word, start, size) {
			offer(best, start, start+size, u.worst, u.unknown)
		}
		start += size
	}
	return u.collect(ids, best, word)
}

// reach offers every piece that begins at start. It reports whether the first
// character, of size bytes, is one.
func (u *unigram) reach(best []arrival, word string, start, size int) (single bool) {
	for end := start + size; end <= min(len(word), start+u.maxBytes); {
		if id, ok := u.ids[word[start:end]]; ok {
			offer(best, start, end, u.scores[id], id)
			single = single || end == start+size
		}
		if end == len(word) {
			break
		}
		_, next := utf8.DecodeRuneInString(word[end:])
		end += next
	}
	return single
}

// offer keeps a way to end if it is the best so far.
func offer(best []arrival, start, end int, score float64, id int64) {
	score += best[start].score
	if a := &best[end]; a.from < 0 || score > a.score {
		*a = arrival{score: score, from: start, id: id}
	}
}

// collect appends the ids on the best way; unknown characters beside each other
// are one token.
func (u *unigram) collect(ids []int64, best []arrival, word string) []int64 {
	from := len(ids)
	for end := len(word); end > 0; {
		a := best[end]
		start := a.from
		for a.id == u.unknown && start > 0 && best[start].id == u.unknown {
			start = best[start].from
		}
		ids = u.appendReversed(ids, a.id, word[start:end])
		end = start
	}
	slices.Reverse(ids[from:])
	return ids
}

// appendReversed appends the token of a piece; unknown ones may go byte by byte.
func (u *unigram) appendReversed(ids []int64, id int64, piece string) []int64 {
	if id != u.unknown || u.bytes == nil {
		return append(ids, id)
	}
	for i := len(piece) - 1; i >= 0; i-- {
		ids = append(ids, u.bytes[piece[i]])
	}
	return ids
}
