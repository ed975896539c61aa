package onnx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"
)

// A charsmap is SentencePiece's table of characters and what they are replaced
// with: a double array trie (https://github.com/s-yata/darts-clone) whose values
// are places in a text of strings that end with a zero byte. See
// https://github.com/google/sentencepiece/blob/master/src/normalizer.cc
type charsmap struct {
	trie    []uint32
	strings []byte
}

// newCharsmap reads a table: the length of the trie in bytes, the trie, the
// strings. Nil replaces nothing.
func newCharsmap(data []byte) (charsmap, error) {
	if len(data) == 0 {
		return charsmap{}, nil
	}
	if len(data) < 4 {
		return charsmap{}, errors.New("too short")
	}
	size, rest := int64(binary.LittleEndian.Uint32(data)), data[4:]
	if size%4 != 0 || size > int64(len(rest)) {
		return charsmap{}, errors.New("its trie is longer than the table")
	}
	m := charsmap{trie: make([]uint32, size/4), strings: rest[size:]}
	for i := range m.trie {
		m.trie[i] = binary.LittleEndian.Uint32(rest[4*i:])
	}
	return m, nil
}

// apply replaces the longest entries of the table in text, from the left.
func (m charsmap) apply(text string) string {
	if len(m.trie) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for text != "" {
		by, n := m.longest(text)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
			by = text[:n]
		}
		b.WriteString(by)
		text = text[n:]
	}
	return b.String()
}

// longest finds the longest entry at the beginning of text: its replacement and
// its length in bytes, 0 when there is none.
func (m charsmap) longest(text string) (by string, n int) {
	at := offset(m.trie[0])
	for i := range len(text) {
		at ^= uint32(text[i])
		if text[i] == 0 || int(at) >= len(m.trie) || m.trie[at]&(1<<31|0xff) != uint32(text[i]) {
			break
		}
		unit := m.trie[at]
		at ^= offset(unit)
		if unit>>8&1 == 1 && int(at) < len(m.trie) { // a key ends here
			if s, ok := m.stringAt(m.trie[at] &^ (1 << 31)); ok {
				by, n = s, i+1
			}
		}
	}
	return by, n
}

// offset is where the children of a unit of the trie stand, as a difference.
func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

func (m charsmap) stringAt(place uint32) (string, bool) {
	if int64(place) >= int64(len(m.strings)) {
		return "", false
	}
	s, _, _ := bytes.Cut(m.strings[place:], []byte{0})
	return string(s), true
}
