package ragtest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A SentenceModel is a sentence model of the BERT family with random weights:
// one layer of attention over words of a small vocabulary. Texts that share
// words have similar vectors. It writes itself as an ONNX file, and computes by
// itself what that file must give.
type SentenceModel struct {
	Hidden    int      // length of the vectors
	Positions int      // most tokens of a text
	Words     []string // whole words of the vocabulary; letters, digits and Chinese characters of texts are added
	Output    string   // name of the output; "" means last_hidden_state
	Half      bool     // weights of 16 bits
	Operation string   // after the last layer; "" means Identity

	weights map[string][]float32
}

// NewSentenceModel returns a model of 16 numbers and 64 positions that knows
// words and the characters in them.
func NewSentenceModel(words ...string) *SentenceModel {
	m := &SentenceModel{Hidden: 16, Positions: 64, Words: words, Output: "last_hidden_state", Operation: "Identity"}
	random := rand.New(rand.NewPCG(1, 2))
	m.weights = map[string][]float32{}
	for _, w := range []struct {
		name  string
		count int
		scale float64
	}{
		{"words", len(m.Vocabulary()) * m.Hidden, 1},
		{"types", 2 * m.Hidden, 0.1},
		{"positions", m.Positions * m.Hidden, 0.1},
		{"query", m.Hidden * m.Hidden, 0.2},
		{"key", m.Hidden * m.Hidden, 0.2},
		{"value", m.Hidden * m.Hidden, 0.2},
	} {
		for range w.count {
			m.weights[w.name] = append(m.weights[w.name], float32(w.scale*random.NormFloat64()))
		}
	}
	return m
}

// Vocabulary lists the tokens by their ids: [PAD], [UNK], [CLS], [SEP], then
// characters, then words.
func (m *SentenceModel) Vocabulary() []string {
	out := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}
	var letters []string
	for _, r := range "abcdefghijklmnopqrstuvwxyz0123456789.,?!'-" + strings.Join(m.Words, "") {
		letters = append(letters, string(r))
	}
	slices.Sort(letters)
	for _, l := range slices.Compact(letters) {
		out = append(out, l, "##"+l)
	}
	for _, w := range m.Words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// Write writes the model into dir as sentence-transformers lays it out, with
// mean pooling.
func (m *SentenceModel) Write(dir string) error {
	ids := map[string]int{}
	for id, w := range m.Vocabulary() {
		ids[w] = id
	}
	special := func(token string) map[string]any {
		return map[string]any{"SpecialToken": map[string]any{"id": token, "type_id": 0}}
	}
	files := map[string]any{
		"config.json":               map[string]any{"model_type": "bert", "hidden_size": m.Hidden, "max_position_embeddings": m.Positions, "vocab_size": len(ids), "pad_token_id": 0},
		"1_Pooling/config.json":     map[string]any{"word_embedding_dimension": m.Hidden, "pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false},
		"sentence_bert_config.json": map[string]any{"max_seq_length": m.Positions, "do_lower_case": false},
		"special_tokens_map.json":   map[string]any{"pad_token": "[PAD]"},
		"modules.json":              modules("", "Transformer", "1_Pooling", "Pooling", "2_Normalize", "Normalize"),
		"tokenizer.json": map[string]any{
			"truncation":    map[string]any{"max_length": 8, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
			"padding":       map[string]any{"strategy": map[string]any{"Fixed": 8}, "pad_id": 0, "pad_token": "[PAD]", "direction": "Right", "pad_type_id": 0},
			"normalizer":    map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
			"pre_tokenizer": map[string]any{"type": "BertPreTokenizer"},
			"post_processor": map[string]any{
				"type":   "TemplateProcessing",
				"single": []any{special("[CLS]"), map[string]any{"Sequence": map[string]any{"id": "A", "type_id": 0}}, special("[SEP]")},
				"special_tokens": map[string]any{
					"[CLS]": map[string]any{"id": "[CLS]", "ids": []int{ids["[CLS]"]}, "tokens": []string{"[CLS]"}},
					"[SEP]": map[string]any{"id": "[SEP]", "ids": []int{ids["[SEP]"]}, "tokens": []string{"[SEP]"}},
				},
			},
			"model": map[string]any{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": ids},
		},
	}
	for name, content := range files {
		data, err := json.Marshal(content)
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := writeFile(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(dir, "model.onnx"), m.ONNX())
}

// modules pairs paths and types of modules.json.
func modules(pairs ...string) (out []map[string]any) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, map[string]any{"idx": i / 2, "name": fmt.Sprint(i / 2), "path": pairs[i], "type": "sentence_transformers.models." + pairs[i+1]})
	}
	return out
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}

// Tokens returns the vector of each token of a text, before pooling.
func (m *SentenceModel) Tokens(ids []int64) [][]float64 {
	n := m.Hidden
	x := make([][]float64, len(ids))
	for i, id := range ids {
		x[i] = make([]float64, n)
		for j := range n {
			x[i][j] = float64(m.weights["words"][int(id)*n+j]) + float64(m.weights["types"][j]) + float64(m.weights["positions"][i*n+j])
		}
	}
	q, k, v := m.times(x, "query"), m.times(x, "key"), m.times(x, "value")
	out := make([][]float64, len(ids))
	for i := range x {
		scores, sum := make([]float64, len(ids)), 0.0
		for j := range x {
			scores[j] = math.Exp(dot(q[i], k[j]) / math.Sqrt(float64(n)))
			sum += scores[j]
		}
		out[i] = slices.Clone(x[i])
		for j := range x {
			for d := range n {
				out[i][d] += scores[j] / sum * v[j][d]
			}
		}
	}
	return out
}

func (m *SentenceModel) times(x [][]float64, weights string) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		out[i] = make([]float64, m.Hidden)
		for j := range m.Hidden {
			for d := range m.Hidden {
				out[i][j] += x[i][d] * float64(m.weights[weights][d*m.Hidden+j])
			}
		}
	}
	return out
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// ONNX returns the model in the ONNX format, with the operations of a usual
// export of BERT.
func (m *SentenceModel) ONNX() []byte {
	g := &onnxGraph{half: m.Half}
	n, most := int64(m.Hidden), int64(m.Positions)
	g.floats("words", m.weights["words"], int64(len(m.Vocabulary())), n)
	g.floats("types", m.weights["types"], 2, n)
	g.floats("positions", m.weights["positions"], most, n)
	for _, name := range []string{"query", "key", "value"} {
		g.floats(name, m.weights[name], n, n)
	}
	g.floats("root", []float32{float32(math.Sqrt(float64(m.Hidden)))})
	g.floats("one", []float32{1})
	g.floats("hidden", []float32{-1e9})
	g.int64s("places", counting(most), 1, most)
	g.int64s("0", []int64{0}, 1)
	g.int64s("1", []int64{1}, 1)
	g.int64s("second", []int64{1})

	g.node("Gather", "e1", "words", "input_ids")
	g.node("Gather", "e2", "types", "token_type_ids")
	g.node("Shape", "shape", "input_ids")
	g.node("Gather", "length", "shape", "second")
	g.node("Unsqueeze", "end", "length", "0")
	g.node("Slice", "here", "places", "0", "end", "1", "1")
	g.node("Gather", "e3", "positions", "here")
	g.node("Add", "e12", "e1", "e2")
	g.node("Add", "x", "e12", "e3")

	g.node("Unsqueeze", "mask1", "attention_mask", "1")
	float := int64(1)
	if m.Half {
		float = 10
	}
	g.node("Cast", "mask2", "mask1", onnxInt("to", float))
	g.node("Sub", "mask3", "one", "mask2")
	g.node("Mul", "mask", "mask3", "hidden")
	g.node("MatMul", "q", "x", "query")
	g.node("MatMul", "k", "x", "key")
	g.node("MatMul", "v", "x", "value")
	g.node("Transpose", "kt", "k", onnxInts("perm", 0, 2, 1))
	g.node("MatMul", "qk", "q", "kt")
	g.node("Div", "scaled", "qk", "root")
	g.node("Add", "masked", "scaled", "mask")
	g.node("Softmax", "weights", "masked", onnxInt("axis", -1))
	g.node("MatMul", "attended", "weights", "v")
	g.node("Add", "y", "x", "attended")
	g.node(m.Operation, m.Output, "y")

	for _, name := range []string{"input_ids", "attention_mask", "token_type_ids"} {
		g.value(11, name, 7, "batch", "sequence")
	}
	g.value(12, m.Output, float, "batch", "sequence", n)
	return g.model()
}

func counting(n int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out
}

// An onnxGraph collects the fields of a GraphProto. The numbers of fields and
// types are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
type onnxGraph struct {
	fields []byte
	half   bool
}

func (g *onnxGraph) model() []byte {
	opset := append(onnxBytes(1, nil), onnxVarint(2, 17)...)
	model := append(onnxVarint(1, 8), onnxBytes(8, opset)...)
	return append(model, onnxBytes(7, append(g.fields, onnxBytes(2, []byte("sentence"))...))...)
}

// An onnxAttribute is an encoded AttributeProto.
type onnxAttribute []byte

func onnxInt(name string, x int64) onnxAttribute {
	return slices.Concat(onnxBytes(1, []byte(name)), onnxVarint(3, x), onnxVarint(20, 2))
}

func onnxInts(name string, xs ...int64) onnxAttribute {
	out := append(onnxBytes(1, []byte(name)), onnxVarint(20, 7)...)
	for _, x := range xs {
		out = append(out, onnxVarint(8, x)...)
	}
	return out
}

// node adds an operation: the names of its inputs, and attributes.
func (g *onnxGraph) node(operation, output string, inputs ...any) {
	fields := append(onnxBytes(2, []byte(output)), onnxBytes(4, []byte(operation))...)
	for _, in := range inputs {
		if a, ok := in.(onnxAttribute); ok {
			fields = append(fields, onnxBytes(5, a)...)
			continue
		}
		fields = append(fields, onnxBytes(1, fmt.Append(nil, in))...)
	}
	g.fields = append(g.fields, onnxBytes(1, fields)...)
}

func (g *onnxGraph) floats(name string, data []float32, dims ...int64) {
	var raw []byte
	for _, x := range data {
		if g.half {
			raw = binary.LittleEndian.AppendUint16(raw, uint16(math.Float32bits(x)>>16)) // some number
			continue
		}
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	kind := int64(1)
	if g.half {
		kind = 10
	}
	g.tensor(name, kind, raw, dims)
}

func (g *onnxGraph) int64s(name string, data []int64, dims ...int64) {
	var raw []byte
	for _, x := range data {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	g.tensor(name, 7, raw, dims)
}

func (g *onnxGraph) tensor(name string, kind int64, raw []byte, dims []int64) {
	var fields []byte
	for _, d := range dims {
		fields = append(fields, onnxVarint(1, d)...)
	}
	fields = slices.Concat(fields, onnxVarint(2, kind), onnxBytes(8, []byte(name)), onnxBytes(9, raw))
	g.fields = append(g.fields, onnxBytes(5, fields)...)
}

// value declares an input (field 11) or an output (field 12): dims are names or
// numbers.
func (g *onnxGraph) value(field int, name string, kind int64, dims ...any) {
	var shape []byte
	for _, d := range dims {
		dim := onnxBytes(2, fmt.Append(nil, d))
		if n, ok := d.(int64); ok {
			dim = onnxVarint(1, n)
		}
		shape = append(shape, onnxBytes(1, dim)...)
	}
	tensor := append(onnxVarint(1, kind), onnxBytes(2, shape)...)
	fields := append(onnxBytes(1, []byte(name)), onnxBytes(2, onnxBytes(1, tensor))...)
	g.fields = append(g.fields, onnxBytes(field, fields)...)
}

func onnxVarint(field int, x int64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(field)<<3), uint64(x))
}

func onnxBytes(field int, data []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(field)<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(data))), data...)
}
