package onnx

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// near is how far apart numbers of 32 bits may be that were summed up in
// another order.
const near = 1e-5

func distance(a, b []float32) (most float64) {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(b[i])))
	}
	return most
}

func similarity(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// byHand is what a model must give for token ids.
func byHand(m *ragtest.SentenceModel, ids []int64, how mode) []float32 {
	rows := m.Tokens(ids)
	out := make([]float32, m.Hidden)
	for d := range out {
		x := rows[0][d]
		for _, row := range rows[1:] {
			switch how {
			case poolMean:
				x += row[d]
			case poolMax:
				x = max(x, row[d])
			}
		}
		out[d] = float32(x)
	}
	rag.Normalise(out) // the mean's divisor does not change the direction
	return out
}

func ids(m *ragtest.SentenceModel, tokens string) (out []int64) {
	for _, token := range strings.Fields("[CLS] " + tokens + " [SEP]") {
		out = append(out, int64(slices.Index(m.Vocabulary(), token)))
	}
	return out
}

func TestPoolingByHand(t *testing.T) {
	for how, config := range map[mode]string{
		poolMean:  `{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true, "pooling_mode_mean_sqrt_len_tokens": false}`,
		poolFirst: `{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}`,
		poolMax:   `{"pooling_mode": "max"}`,
	} {
		t.Run(string(how), func(t *testing.T) {
			m, dir := tiny(t, nil)
			put(t, dir, poolingFile, config)
			e := open(t, dir)
			for text, tokens := range map[string]string{
				"river":                "river",
				"The old bridge.":      "the old bridge .",
				"Stones":               "stone ##s",
				"ÓLD\u200b\tbrídge!?":  "old bridge ! ?",
				"老桥 of the 河":          "[UNK] 桥 of the 河",
				"[SEP] [CLS] [MASK]":   "[UNK] s ##e ##p [UNK] [UNK] c ##l ##s [UNK] [UNK] m ##a ##s ##k [UNK]",
				"bad \xff\xfe of utf8": "b ##a ##d of u ##t ##f ##8",
			} {
				got, want := embed(t, e, text)[0], byHand(m, ids(m, tokens), how)
				if d := distance(got, want); d > near {
					t.Errorf("%q: %g from what its tokens %s give by hand:\n got %v\nwant %v", text, d, tokens, got, want)
				}
			}
		})
	}
}

func TestVectorsAreUnit(t *testing.T) {
	_, dir := tiny(t, nil)
	e := open(t, dir)
	if e.Dimensions() != 16 {
		t.Errorf("%d dimensions, want 16", e.Dimensions())
	}
	for i, v := range embed(t, e, "river", "面包", strings.Repeat("warm bread ", 500), "\u200b\u200b x") {
		if len(v) != 16 || math.Abs(similarity(v, v)-1) > near {
			t.Errorf("vector %d has %d numbers and the length %g", i, len(v), math.Sqrt(similarity(v, v)))
		}
	}
}

func TestNoTextAtAll(t *testing.T) {
	_, dir := tiny(t, nil)
	if got := embed(t, open(t, dir)); len(got) != 0 {
		t.Errorf("%d vectors for no text", len(got))
	}
}

// TestBatchAndAlone holds that padding does not reach the vectors.
func TestBatchAndAlone(t *testing.T) {
	for _, how := range []mode{poolMean, poolFirst, poolMax} {
		_, dir := tiny(t, nil)
		put(t, dir, poolingFile, fmt.Sprintf(`{"pooling_mode": %q}`, how))
		e := open(t, dir)
		var texts []string
		for i := range 3*maxBatch + 1 {
			texts = append(texts, strings.TrimSpace(strings.Repeat("the old stone bridge of the river ", 1+(i*7)%9)+words[i%len(words)]))
		}
		together := embed(t, e, texts...)
		for i, text := range texts {
			if d := distance(together[i], embed(t, e, text)[0]); d > near {
				t.Errorf("%s: text %d in a batch is %g from the same text alone", how, i, d)
			}
		}
	}
}

func TestSameTextSameVector(t *testing.T) {
	_, dir := tiny(t, nil)
	first := embed(t, open(t, dir), "the baker of the old bridge")[0]
	for range 3 {
		if again := embed(t, open(t, dir), "the baker of the old bridge")[0]; !slices.Equal(first, again) {
			t.Fatalf("the same text gives %v, then %v", first, again)
		}
	}
}

func TestTruncation(t *testing.T) {
	m, dir := tiny(t, nil)
	put(t, dir, limitsFile, `{"max_seq_length": 10}`)
	e := open(t, dir)
	long := embed(t, e, "river bridge stone bread baker oven the of old warm")[0]
	if d := distance(long, byHand(m, ids(m, "river bridge stone bread baker oven the of"), poolMean)); d > near {
		t.Errorf("a long text is %g from its first 8 words and the closing token", d)
	}
	if exact := embed(t, e, "river bridge stone bread baker oven the of")[0]; distance(long, exact) > near {
		t.Error("a text of the very limit gives another vector than the one that is cut to it")
	}
	if short := embed(t, e, "river bridge stone bread baker oven the")[0]; distance(long, short) < 1e-3 {
		t.Error("a text below the limit gives the same vector as one cut at the limit")
	}
}

// TestPositionsBoundTheText holds that a limit above the model's is lowered.
func TestPositionsBoundTheText(t *testing.T) {
	_, dir := tiny(t, nil)
	put(t, dir, limitsFile, `{"max_seq_length": 5000}`)
	text := strings.Repeat("river ", 2000)
	if d := distance(embed(t, open(t, dir), text)[0], embed(t, open(t, dir), strings.Repeat("river ", 62))[0]); d > near {
		t.Errorf("2,000 words are %g from the 62 that fit", d)
	}
}

func TestNearTextsAreNear(t *testing.T) {
	_, dir := tiny(t, nil)
	v := embed(t, open(t, dir), "the old stone bridge", "old bridge of stone", "warm bread of the baker", "面包", "包 面 桥", "河")
	if near, far := similarity(v[0], v[1]), similarity(v[0], v[2]); near <= far {
		t.Errorf("texts that share words: %.3f, others: %.3f", near, far)
	}
	if near, far := similarity(v[3], v[4]), similarity(v[3], v[5]); near <= far {
		t.Errorf("Chinese texts that share characters: %.3f, others: %.3f", near, far)
	}
}

func TestEmptyText(t *testing.T) {
	_, dir := tiny(t, nil)
	e := open(t, dir)
	for _, text := range []string{"", " \n\t"} {
		if _, err := e.Embed(t.Context(), []string{"river", text}); err == nil || !strings.Contains(err.Error(), "text 2 of 2 is empty") {
			t.Errorf("%q: error %v, want one that names the text", text, err)
		}
	}
}

func TestPrompt(t *testing.T) {
	_, dir := tiny(t, nil)
	plain := open(t, dir)
	put(t, dir, promptsFile, `{"prompts": {"query": "the old ", "passage": "stone "}}`)
	if named := open(t, dir); named.Name() != plain.Name() {
		t.Error("prompts that are not the default change the name")
	}
	put(t, dir, promptsFile, `{"prompts": {"query": "the old ", "passage": "stone "}, "default_prompt_name": "query"}`)
	e := open(t, dir)
	if d := distance(embed(t, e, "bridge")[0], embed(t, plain, "the old bridge")[0]); d > near {
		t.Errorf("a text with the default prompt is %g from one that spells it", d)
	}
	if e.Name() == plain.Name() {
		t.Error("the default prompt changes the vectors, but not the name")
	}
}

func TestName(t *testing.T) {
	_, dir := tiny(t, nil)
	name := open(t, dir).Name()
	if !regexp.MustCompile(`^onnx:tiny@[0-9a-f]{12}$`).MatchString(name) {
		t.Errorf("name %q, want the folder's name and a checksum", name)
	}
	_, elsewhere := tiny(t, nil)
	if other := open(t, elsewhere).Name(); other != name {
		t.Errorf("the same model elsewhere is called %q, not %q", other, name)
	}
	t.Chdir(dir)
	if here := open(t, ".").Name(); here != name {
		t.Errorf("the same model as the current folder is called %q, not %q", here, name)
	}
	for file, content := range map[string]string{
		poolingFile: `{"pooling_mode": "cls"}`,
		limitsFile:  `{"max_seq_length": 9}`,
	} {
		_, dir := tiny(t, nil)
		put(t, dir, file, content)
		if changed := open(t, dir).Name(); changed == name {
			t.Errorf("another %s gives other vectors under the same name", file)
		}
	}
	_, other := tiny(t, func(m *ragtest.SentenceModel) { m.Operation = "Tanh" })
	if changed := open(t, other).Name(); changed == name {
		t.Error("another model.onnx has the same name")
	}
}

// TestReplacedModel holds that a model that was replaced after New does not
// answer under the old one's name.
func TestReplacedModel(t *testing.T) {
	_, dir := tiny(t, nil)
	e := open(t, dir)
	other := ragtest.NewSentenceModel(words...)
	other.Operation = "Tanh"
	put(t, dir, modelFile, string(other.ONNX()))
	if _, err := e.Embed(t.Context(), []string{"river"}); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("error %v, want one about the change", err)
	}
}

func TestModelInASubfolder(t *testing.T) {
	_, dir := tiny(t, nil)
	want := embed(t, open(t, dir), "river")[0]
	if err := os.Mkdir(filepath.Join(dir, "onnx"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, modelFile), filepath.Join(dir, "onnx", modelFile)); err != nil {
		t.Fatal(err)
	}
	if got := embed(t, open(t, dir), "river")[0]; !slices.Equal(got, want) {
		t.Error("onnx/model.onnx gives another vector than the same file as model.onnx")
	}
}

// TestTokenVectorsByAnotherName holds that the output of some exports serves too.
func TestTokenVectorsByAnotherName(t *testing.T) {
	m, dir := tiny(t, func(m *ragtest.SentenceModel) { m.Output = "token_embeddings" })
	if d := distance(embed(t, open(t, dir), "river")[0], byHand(m, ids(m, "river"), poolMean)); d > near {
		t.Errorf("%g from what it is by hand", d)
	}
}

func TestBadFolders(t *testing.T) {
	for name, c := range map[string]struct {
		file, content string // content "-" removes the file
		want          string
	}{
		"no model":            {modelFile, "-", `neither model.onnx nor onnx/model.onnx is there`},
		"no tokenizer":        {tokenizerFile, "-", `tokenizer.json is not there`},
		"no config":           {configFile, "-", `config.json is not there`},
		"no pooling":          {poolingFile, "-", `1_Pooling/config.json is not there`},
		"empty model":         {modelFile, "", `model.onnx: not a usable ONNX model: `},
		"no ONNX":             {modelFile, "this is a page about a model", `model.onnx`},
		"pointer":             {modelFile, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90387606\n", `model.onnx.*git lfs pull`},
		"config no JSON":      {configFile, "{", `config.json: `},
		"no width":            {configFile, `{"max_position_embeddings": 64}`, `config.json: no hidden_size`},
		"other width":         {configFile, `{"hidden_size": 8, "max_position_embeddings": 64}`, `word_embedding_dimension is 16, but config.json has hidden_size 8`},
		"other model":         {configFile, `{"hidden_size": 16, "max_position_embeddings": 64, "vocab_size": 9}`, `tokenizer.json: names the token id \d+, but config.json has vocab_size 9`},
		"padding":             {configFile, `{"hidden_size": 16, "max_position_embeddings": 64, "pad_token_id": -1}`, `pad_token_id is -1`},
		"last token":          {poolingFile, `{"pooling_mode_lasttoken": true}`, `1_Pooling/config.json: the pooling "lasttoken" is not supported; want mean, cls or max`},
		"two poolings":        {poolingFile, `{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}`, `the pooling "cls\+mean" is not supported`},
		"no mode":             {poolingFile, `{}`, `no pooling mode; want mean, cls or max`},
		"dense layer":         {modulesFile, `[{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]`, `modules.json: the module "Dense" is not supported`},
		"path out":            {modulesFile, `[{"path": "../x", "type": "sentence_transformers.models.Pooling"}]`, `leads out of the folder`},
		"unknown prompt":      {promptsFile, `{"default_prompt_name": "query"}`, `default_prompt_name is "query"`},
		"tokenizer no JSON":   {tokenizerFile, `[`, `tokenizer.json: `},
		"BPE":                 {tokenizerFile, `{"model": {"type": "BPE", "merges": []}}`, `tokenizer.json: a vocabulary of the type "BPE" is not supported; want WordPiece or Unigram`},
		"no vocabulary":       {tokenizerFile, `{}`, `tokenizer.json: `},
		"no unknown token":    {tokenizerFile, `{"model": {"type": "WordPiece", "vocab": {"a": 0}}}`, `lacks its unk_token "\[UNK\]"`},
		"negative id":         {tokenizerFile, `{"model": {"type": "WordPiece", "vocab": {"[UNK]": -4}}}`, `has the id -4`},
		"empty pieces":        {tokenizerFile, `{"model": {"type": "Unigram", "vocab": []}}`, `the vocabulary is empty`},
		"pieces no pairs":     {tokenizerFile, `{"model": {"type": "Unigram", "vocab": [["a"], 3]}}`, `tokenizer.json: `},
		"no unk_id":           {tokenizerFile, `{"model": {"type": "Unigram", "vocab": [["a", -1]]}}`, `unk_id is -1`},
		"unknown normalizer":  {tokenizerFile, `{"normalizer": {"type": "Nmt"}, "model": {"type": "Unigram", "vocab": [["a", -1]], "unk_id": 0}}`, `the normalizer "Nmt" is not supported`},
		"broken charsmap":     {tokenizerFile, `{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="}, "model": {"type": "Unigram", "vocab": [["a", -1]], "unk_id": 0}}`, `precompiled_charsmap: `},
		"unknown splitter":    {tokenizerFile, `{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "Unigram", "vocab": [["a", -1]], "unk_id": 0}}`, `the pre_tokenizer "ByteLevel" is not supported`},
		"unknown processor":   {tokenizerFile, `{"post_processor": {"type": "ByteLevel"}, "model": {"type": "Unigram", "vocab": [["a", -1]], "unk_id": 0}}`, `the post_processor "ByteLevel" is not supported`},
		"too little room":     {limitsFile, `{"max_seq_length": 2}`, `max_seq_length`},
		"no settings at once": {limitsFile, `{"max_seq_length": "many"}`, `sentence_bert_config.json: `},
	} {
		t.Run(name, func(t *testing.T) {
			_, dir := tiny(t, nil)
			if c.content == "-" {
				if err := os.Remove(filepath.Join(dir, c.file)); err != nil {
					t.Fatal(err)
				}
			} else {
				put(t, dir, c.file, c.content)
			}
			checkFails(t, dir, c.want)
		})
	}
	checkFails(t, filepath.Join(t.TempDir(), "nowhere"), `nowhere: no such file or directory; want the folder of a sentence model`)
	_, dir := tiny(t, nil)
	checkFails(t, filepath.Join(dir, modelFile), `model.onnx is a file; want the folder`)
}

// checkFails holds that a model is refused by New, or with its first text.
func checkFails(t *testing.T, dir, want string) {
	t.Helper()
	e, err := New(dir)
	if err == nil {
		defer func() { _ = e.Close() }()
		err = e.Check(t.Context())
	}
	if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
		t.Errorf("error %v, want one like %s", err, want)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("an error of several lines: %v", err)
	}
}

func TestBadModels(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ragtest.SentenceModel)
		want   string
	}{
		"half precision":    {func(m *ragtest.SentenceModel) { m.Half = true }, `model.onnx: `},
		"unknown operation": {func(m *ragtest.SentenceModel) { m.Operation = "Brew" }, `model.onnx: .*Brew`},
		"no such output":    {func(m *ragtest.SentenceModel) { m.Output = "logits" }, `it gives logits; want one of sentence_embedding, last_hidden_state`},
		"other shape":       {func(m *ragtest.SentenceModel) { m.Operation = "Shape" }, `model.onnx: `},
		"token for text":    {func(m *ragtest.SentenceModel) { m.Operation = "Flatten" }, `model.onnx: .*want vectors of 16 numbers`},
	} {
		t.Run(name, func(t *testing.T) {
			_, dir := tiny(t, c.change)
			checkFails(t, dir, c.want)
		})
	}
}

// TestDamagedModels holds that no damage of model.onnx ends the program.
func TestDamagedModels(t *testing.T) {
	m := ragtest.NewSentenceModel(words...)
	whole := m.ONNX()
	_, dir := tiny(t, nil)
	for i := range 60 {
		data := slices.Clone(whole)
		if i%2 == 0 {
			data = data[:len(data)*i/60]
		} else {
			for j := i; j < len(data); j += 97 * i {
				data[j] ^= byte(i)
			}
		}
		put(t, dir, modelFile, string(data))
		e := open(t, dir)
		vectors, err := e.Embed(t.Context(), []string{"the old bridge"})
		if err == nil && math.Abs(similarity(vectors[0], vectors[0])-1) > near {
			t.Errorf("damage %d: a vector of the length %g", i, math.Sqrt(similarity(vectors[0], vectors[0])))
		}
	}
}

func TestAllZero(t *testing.T) {
	_, dir := tiny(t, func(m *ragtest.SentenceModel) { m.Operation = "Not" })
	checkFails(t, dir, `model.onnx`)
	if rag.Normalise(make([]float32, 3)) || rag.Normalise([]float32{float32(math.NaN()), 1}) || rag.Normalise([]float32{float32(math.Inf(1))}) {
		t.Error("a vector without direction is taken")
	}
}

func TestContext(t *testing.T) {
	_, dir := tiny(t, nil)
	e := open(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Embed(ctx, []string{"river"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	<-e.turn // a batch of somebody else
	ctx, cancel = context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := e.Embed(ctx, []string{"river"})
		failed <- err
	}()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("while another batch runs: error %v, want that of the context", err)
	}
	e.turn <- struct{}{}
	embed(t, e, "river")
}

func TestClose(t *testing.T) {
	_, dir := tiny(t, nil)
	e := open(t, dir)
	embed(t, e, "river")
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Embed(t.Context(), []string{"river"}); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v after Close, want ErrClosed", err)
	}
}

func TestConcurrent(t *testing.T) {
	_, dir := tiny(t, nil)
	e := open(t, dir)
	want := embed(t, open(t, dir), words...)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range words {
				n := (i + w) % len(words)
				got, err := e.Embed(t.Context(), []string{words[n], "the old bridge of the river " + words[i]})
				if err != nil {
					t.Error(err)
					return
				}
				if d := distance(got[0], want[n]); d > near {
					t.Errorf("%q beside others is %g from what it is alone", words[n], d)
				}
			}
		})
	}
	wg.Wait()
}
