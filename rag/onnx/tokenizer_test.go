package onnx

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// tokenizerFrom reads a tokenizer.json.
func tokenizerFrom(t *testing.T, content string) *tokenizer {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, tokenizerFile, content)
	tokens, err := readTokenizer(filepath.Join(dir, tokenizerFile))
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// unigramJSON is a tokenizer.json as XLM-R has it, with the pieces below.
func unigramJSON(normalizer, model string) string {
	return fmt.Sprintf(`{
		"normalizer": %s,
		"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}]},
		"post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": true},
		"model": {"type": "Unigram", "unk_id": 1, %s "vocab": [
			["<s>", 0], ["<unk>", 0], ["</s>", 0],
			["▁", -2], ["▁a", -3], ["a", -4], ["b", -4], ["ab", -5.5], ["▁ab", -9], ["bab", -5.5],
			["▁very_long_piece_of_more_than_twenty_bytes", -6], ["区块链", -5], ["区", -6], ["块", -6], ["链", -6],
			["<0xE2>", -20], ["<0x82>", -20], ["<0xAC>", -20]]}}`, normalizer, model)
}

// TestUnigram compares with ways found by hand: of all ways to cut a word the
// one of the highest sum counts.
func TestUnigram(t *testing.T) {
	tokens := tokenizerFrom(t, unigramJSON("null", ""))
	for text, want := range map[string][]int64{
		"":     {0, 2},
		"a":    {0, 4, 2},       // ▁a -3, ▁+a -6
		"ab":   {0, 4, 6, 2},    // ▁a+b -7, ▁+ab -7.5, ▁ab -9
		"abab": {0, 4, 9, 2},    // ▁a+bab -8.5, ▁a+b+ab -12
		"a  b": {0, 4, 3, 6, 2}, // two words
		"axxb": {0, 4, 1, 6, 2}, // unknown characters beside each other are one
		"very_long_piece_of_more_than_twenty_bytes": {0, 10, 2},
		"区块链区": {0, 3, 11, 12, 2},
		"€":    {0, 3, 1, 2},
	} {
		if diff := cmp.Diff(want, tokens.encode(text, 100)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	if got := tokens.encode("a b a b a b", 6); !slices.Equal(got, []int64{0, 4, 3, 6, 4, 2}) {
		t.Errorf("cut to 6 tokens: %v", got)
	}
}

func TestUnigramBytes(t *testing.T) {
	u := tokenizerFrom(t, unigramJSON("null", `"byte_fallback": true,`)).pieces.(*unigram)
	if u.bytes != nil {
		t.Error("a vocabulary that lacks bytes falls back to them")
	}
	u.bytes = make([]int64, 256)
	for i := range u.bytes {
		u.bytes[i] = int64(1000 + i)
	}
	if got := u.cut(nil, "a€"); !slices.Equal(got, []int64{5, 1000 + 0xE2, 1000 + 0x82, 1000 + 0xAC}) {
		t.Errorf("an unknown character gives %v, want its bytes", got)
	}
}

// TestNeverTooMany holds that any text becomes as many tokens as there is room
// for, between the special ones.
func TestNeverTooMany(t *testing.T) {
	_, dir := tiny(t, nil)
	wordPiece, err := readTokenizer(filepath.Join(dir, tokenizerFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, tokens := range map[string]*tokenizer{"WordPiece": wordPiece, "Unigram": tokenizerFrom(t, unigramJSON(`{"type": "NFKC"}`, ""))} {
		whole := func(text string) bool {
			ids := tokens.encode(strings.ToValidUTF8(text, "\uFFFD"), 12)
			return len(ids) <= 12 && ids[0] == tokens.before[0] && ids[len(ids)-1] == tokens.after[0] && slices.Max(ids) <= tokens.maxID
		}
		if err := quick.Check(whole, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// trieOf lays out a double array of the strings: unit 0 is the root, and the
// children of a unit stand at its offset XOR their byte.
func trieOf(t *testing.T, values map[string]uint32) []uint32 {
	t.Helper()
	units := make([]uint32, 1<<13)
	next := uint32(1) << 8
	var place func(at uint32, keys []string)
	place = func(at uint32, keys []string) {
		base := next // a block of its own for the children of every unit
		next += 1 << 8
		units[at] |= (at ^ base) << 10
		children := map[byte][]string{}
		for _, k := range keys {
			children[k[0]] = append(children[k[0]], k[1:])
		}
		for b, rest := range children {
			child := base ^ uint32(b)
			units[child] |= uint32(b)
			var longer []string
			for _, r := range rest {
				if r != "" {
					longer = append(longer, r)
				}
			}
			place(child, longer)
		}
	}
	var keys []string
	for k := range values {
		keys = append(keys, k)
	}
	place(0, keys)
	for k, value := range values {
		at := offset(units[0])
		for i := range len(k) {
			at ^= uint32(k[i])
			if i == len(k)-1 {
				units[at] |= 1 << 8
			}
			at ^= offset(units[at])
		}
		units[at] = value | 1<<31
	}
	return units
}

func charsmapBytes(t *testing.T, replacements map[string]string) []byte {
	t.Helper()
	values, text := map[string]uint32{}, []byte{}
	for from, to := range replacements {
		values[from] = uint32(len(text))
		text = append(append(text, to...), 0)
	}
	units := trieOf(t, values)
	out := binary.LittleEndian.AppendUint32(nil, uint32(4*len(units)))
	for _, u := range units {
		out = binary.LittleEndian.AppendUint32(out, u)
	}
	return append(out, text...)
}

func TestCharsmap(t *testing.T) {
	table := charsmapBytes(t, map[string]string{"Ａ": "A", "ﬁ": "fi", "\u200b": "", "e\u0301": "é", "e": "e"})
	m, err := newCharsmap(table)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":             "",
		"plain 河":      "plain 河",
		"Ａ ﬁne\u200b!": "A fine!",
		"cafe\u0301 e": "café e", // the longest entry counts
		"zero \x00 Ａ":  "zero \x00 A",
	} {
		if got := m.apply(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	normalizer, err := json.Marshal(map[string]any{"type": "Precompiled", "precompiled_charsmap": base64.StdEncoding.EncodeToString(
		charsmapBytes(t, map[string]string{"ａ": "a"}))})
	if err != nil {
		t.Fatal(err)
	}
	if got := tokenizerFrom(t, unigramJSON(string(normalizer), "")).encode("ａ", 9); !slices.Equal(got, []int64{0, 4, 2}) {
		t.Errorf("a wide a gives %v, want the piece of a plain one", got)
	}
}

// FuzzCharsmap holds that no table makes it panic, or write what is no text.
func FuzzCharsmap(f *testing.F) {
	f.Add([]byte{}, "a")
	f.Add([]byte{4, 0, 0, 0, 0, 1, 0, 0, 'x', 0}, "abc")
	f.Add([]byte{8, 0, 0, 0, 0, 4, 0, 0, 'a', 5, 0, 0, 'x', 0}, "河a")
	f.Fuzz(func(t *testing.T, table []byte, text string) {
		m, err := newCharsmap(table)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		_ = m.apply(text)
	})
}

func TestSteps(t *testing.T) {
	for step, pairs := range map[string][]string{
		`{"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}`:                    {"Ｆull ⅷ", "full viii"},
		`{"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "NFC"}]}`: {"déjà", "deja"},
		`{"type": "NFKD"}`: {"ﬁ", "fi"},
		`{"type": "Strip", "strip_left": true, "strip_right": false}`:           {"  a ", "a "},
		`{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}`:    {"a   b c", "a▁b c"},
		`{"type": "Replace", "pattern": {"String": "--"}, "content": "-"}`:      {"a--b", "a-b"},
		`{"type": "BertNormalizer", "clean_text": true}`:                        {"A\u200b\tb\x00\u0085c", "A bc"},
		`{"type": "BertNormalizer", "lowercase": true, "strip_accents": null}`:  {"Ünï", "uni"},
		`{"type": "BertNormalizer", "lowercase": true, "strip_accents": false}`: {"Ünï", "ünï"},
		`{"type": "BertNormalizer", "handle_chinese_chars": true}`:              {"a河b", "a 河 b"},
	} {
		tokens := tokenizerFrom(t, unigramJSON(step, ""))
		if got := tokens.normalise(pairs[0]); got != pairs[1] {
			t.Errorf("%s: %q becomes %q, want %q", step, pairs[0], got, pairs[1])
		}
	}
}

func TestMetaspace(t *testing.T) {
	for splitter, want := range map[string][]string{
		`{"type": "Metaspace", "prepend_scheme": "always"}`:                     {"▁a", "▁b", "▁", "▁c"},
		`{"type": "Metaspace", "prepend_scheme": "never"}`:                      {"a", "▁b", "▁", "▁c"},
		`{"type": "Metaspace", "prepend_scheme": "first", "split": false}`:      {"▁a▁b▁▁c"},
		`{"type": "Metaspace", "replacement": "_", "add_prefix_space": false}`:  {"a", "_b", "_", "_c"},
		`{"type": "Sequence", "pretokenizers": [{"type": "BertPreTokenizer"}]}`: {"a", "b", "c"},
	} {
		var s step
		if err := json.Unmarshal([]byte(splitter), &s); err != nil {
			t.Fatal(err)
		}
		split, err := splitterOf(&s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, split("a b  c")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", splitter, diff)
		}
	}
}

// TestOldFiles holds that a vocabulary is known without its type.
func TestOldFiles(t *testing.T) {
	tokens := tokenizerFrom(t, `{"model": {"unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 3, "vocab": {"[UNK]": 0, "a": 1, "##b": 2, "ab": 3}},
		"post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 9], "cls": ["[CLS]", 8]}}`)
	for text, want := range map[string][]int64{"ab": {8, 3, 9}, "abb": {8, 3, 2, 9}, "aba": {8, 0, 9}, "abbb": {8, 0, 9}} {
		if diff := cmp.Diff(want, tokens.encode(text, 10)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	if tokens.maxID != 9 {
		t.Errorf("the highest id is %d, want that of a special token", tokens.maxID)
	}
}

func TestBadProcessors(t *testing.T) {
	for processor, want := range map[string]string{
		`{"type": "BertProcessing", "sep": ["[SEP]"], "cls": 3}`:                                                   "post_processor",
		`{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}]}`: `"[CLS]" has no id`,
		`{"type": "TemplateProcessing", "single": []}`:                                                             "no place for the text",
		`{"type": "Sequence", "processors": [{"type": "ByteLevel"}]}`:                                              `"ByteLevel" is not supported`,
	} {
		var c tokenizerJSON
		err := json.Unmarshal(fmt.Appendf(nil, `{"post_processor": %s, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", -1]]}}`, processor), &c)
		if err == nil {
			_, err = newTokenizer(c)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %s", processor, err, want)
		}
	}
}
