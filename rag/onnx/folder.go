package onnx

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The files of a model's folder.
const (
	modelFile     = "model.onnx"
	tokenizerFile = "tokenizer.json"
	configFile    = "config.json"
	modulesFile   = "modules.json"
	poolingFile   = "1_Pooling/config.json"
	limitsFile    = "sentence_bert_config.json"
	wordsFile     = "tokenizer_config.json"
	promptsFile   = "config_sentence_transformers.json"
)

// maxSettings bounds a file of settings, in bytes; real ones have a few
// kilobytes, vocabularies up to 20 MB.
const maxSettings = 1 << 20

// A folder is a model's folder with its settings.
type folder struct {
	dir        string
	name       string // of the folder, without where it stands
	model      string // path of model.onnx
	sum        string // checksum over model, vocabulary and settings, hex
	modelSum   string // checksum of model.onnx, hex
	dimensions int    // of the vectors
	vocabulary int    // token ids that the model knows; 0 means not said
	padding    int64  // token id that fills up a batch
	maxTokens  int    // of a text, special tokens included
	pooling    pooling
	prompt     string // before every text
	lower      bool   // texts in lower case
}

// readFolder reads the settings of the model in dir.
func readFolder(dir string) (folder, error) {
	f := folder{dir: dir}
	info, err := os.Stat(dir)
	if err != nil {
		return f, fmt.Errorf("%w; want the folder of a sentence model", err)
	}
	if !info.IsDir() {
		return f, fmt.Errorf("%s is a file; want the folder of a sentence model", dir)
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return f, fmt.Errorf("locate %s: %w", dir, err)
	}
	f.name = filepath.Base(full)
	for _, read := range []func() error{f.findModel, f.readConfig, f.readModules, f.readLimits, f.readPrompts, f.checksum} {
		if err := read(); err != nil {
			return f, err
		}
	}
	return f, nil
}

// path returns the path of a file of the folder.
func (f *folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// findModel looks for the files that every model has.
func (f *folder) findModel() error {
	for _, name := range []string{modelFile, "onnx/" + modelFile} {
		if info, err := os.Stat(f.path(name)); err == nil && info.Mode().IsRegular() {
			f.model = f.path(name)
		}
	}
	if f.model == "" {
		return fmt.Errorf("%s: neither %s nor onnx/%s is there", f.dir, modelFile, modelFile)
	}
	if info, err := os.Stat(f.path(tokenizerFile)); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %s is not there", f.dir, tokenizerFile)
	}
	if err := refusePointer(f.model); err != nil {
		return err
	}
	return refusePointer(f.path(tokenizerFile))
}

// refusePointer refuses what a git clone without Git LFS leaves of a large file:
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
func refusePointer(name string) error {
	const begin = "version https://git-lfs"
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, len(begin))
	if _, err := io.ReadFull(file, head); err == nil && string(head) == begin {
		return fmt.Errorf("%s only points at the file; git lfs pull in its folder brings it", name)
	}
	return nil
}

// readJSON decodes a file of settings into v. A file that is not there leaves v
// as it is and gives false.
func (f *folder) readJSON(name string, v any) (bool, error) {
	file, err := os.Open(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	if err := json.NewDecoder(io.LimitReader(file, maxSettings)).Decode(v); err != nil {
		return false, fmt.Errorf("%s: %w", f.path(name), err)
	}
	return true, nil
}

// readConfig reads the sizes of the network. The keys are those of
// https://huggingface.co/docs/transformers/main_classes/configuration
func (f *folder) readConfig() error {
	var c struct {
		Type      string `json:"model_type"`
		Hidden    int    `json:"hidden_size"`
		Dim       int    `json:"dim"` // what DistilBERT calls it
		Positions int    `json:"max_position_embeddings"`
		Words     int    `json:"vocab_size"`
		Padding   int64  `json:"pad_token_id"`
	}
	found, err := f.readJSON(configFile, &c)
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("%s: %s is not there", f.dir, configFile)
	}
	f.dimensions, f.vocabulary, f.padding, f.maxTokens = max(c.Hidden, c.Dim), c.Words, c.Padding, c.Positions
	// RoBERTa counts positions from behind the padding's id:
	// https://github.com/facebookresearch/fairseq/issues/1187
	if slices.Contains([]string{"roberta", "xlm-roberta", "camembert", "mpnet"}, c.Type) {
		f.maxTokens -= int(c.Padding) + 1
	}
	if f.dimensions <= 0 {
		return fmt.Errorf("%s: no hidden_size", f.path(configFile))
	}
	if f.padding < 0 {
		return fmt.Errorf("%s: pad_token_id is %d; want 0 or more", f.path(configFile), f.padding)
	}
	return nil
}

// readModules reads what follows the network: a pooling, and perhaps the
// scaling to length 1, which is done in any case.
func (f *folder) readModules() error {
	var modules []struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	found, err := f.readJSON(modulesFile, &modules)
	if err != nil {
		return err
	}
	if !found {
		return f.readPooling(poolingFile)
	}
	for _, m := range modules {
		switch kind := m.Type[strings.LastIndexByte(m.Type, '.')+1:]; kind {
		case "Transformer", "Normalize":
		case "Pooling":
			if !filepath.IsLocal(filepath.FromSlash(m.Path)) {
				return fmt.Errorf("%s: the path %q leads out of the folder", f.path(modulesFile), m.Path)
			}
			if err := f.readPooling(m.Path + "/" + configFile); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s: the module %q is not supported; want Transformer, Pooling and Normalize alone", f.path(modulesFile), kind)
		}
	}
	return nil
}

// readPooling reads how the vectors of the tokens become one. Without the file
// only a model serves that pools by itself.
func (f *folder) readPooling(name string) error {
	var modes map[string]any
	found, err := f.readJSON(name, &modes)
	if err != nil || !found {
		return err
	}
	f.pooling, err = poolingOf(modes)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path(name), err)
	}
	if n, ok := modes["word_embedding_dimension"].(float64); ok && int(n) != f.dimensions {
		return fmt.Errorf("%s: word_embedding_dimension is %v, but %s has hidden_size %d", f.path(name), n, configFile, f.dimensions)
	}
	return nil
}

// readLimits lowers the number of tokens to what the model was made for.
func (f *folder) readLimits() error {
	var limits struct {
		Tokens int  `json:"max_seq_length"`
		Lower  bool `json:"do_lower_case"`
	}
	if _, err := f.readJSON(limitsFile, &limits); err != nil {
		return err
	}
	var words struct {
		Tokens float64 `json:"model_max_length"` // 1e30 where nobody set it
	}
	if _, err := f.readJSON(wordsFile, &words); err != nil {
		return err
	}
	f.lower = limits.Lower
	said := limits.Tokens
	if said <= 0 && words.Tokens < 1e6 {
		said = int(words.Tokens)
	}
	if said > 0 && (f.maxTokens <= 0 || said < f.maxTokens) {
		f.maxTokens = said
	}
	if f.maxTokens < 3 { // two special tokens and one of the text
		return fmt.Errorf("%s: max_position_embeddings leaves no room for a text; want it there, or max_seq_length in %s", f.path(configFile), limitsFile)
	}
	return nil
}

// readPrompts reads what stands before every text, as the model's makers say.
// Prompts for one kind of text only are left out: queries and passages are
// embedded alike.
func (f *folder) readPrompts() error {
	var p struct {
		Prompts map[string]string `json:"prompts"`
		Default string            `json:"default_prompt_name"`
	}
	if _, err := f.readJSON(promptsFile, &p); err != nil {
		return err
	}
	if p.Default == "" {
		return nil
	}
	prompt, ok := p.Prompts[p.Default]
	if !ok {
		return fmt.Errorf("%s: default_prompt_name is %q, but prompts has none of that name", f.path(promptsFile), p.Default)
	}
	if prompt != "" && f.pooling.withoutPrompt {
		return fmt.Errorf("%s: include_prompt is false, which is not supported together with the prompt %q", f.path(poolingFile), prompt)
	}
	f.prompt = prompt
	return nil
}

// settingsVersion changes when the same files give other vectors than before.
const settingsVersion = 1

// checksum reads the model and the vocabulary once, for the name.
func (f *folder) checksum() error {
	var err error
	if f.modelSum, err = sumOf(f.model); err != nil {
		return err
	}
	words, err := sumOf(f.path(tokenizerFile))
	if err != nil {
		return err
	}
	all := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %s %d %d %d %t %q",
		settingsVersion, f.modelSum, words, f.pooling.mode, f.dimensions, f.maxTokens, f.padding, f.lower, f.prompt))
	f.sum = hex.EncodeToString(all[:])
	return nil
}

func sumOf(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readModel returns model.onnx, if it is still the one that the name says.
func (f *folder) readModel() ([]byte, error) {
	data, err := os.ReadFile(f.model)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.modelSum {
		return nil, fmt.Errorf("%s has changed since the program started; start it anew", f.model)
	}
	return data, nil
}

// checkVocabulary holds that every token has a place in the model.
func (f *folder) checkVocabulary(t *tokenizer) error {
	if f.vocabulary > 0 && t.maxID >= int64(f.vocabulary) {
		return fmt.Errorf("%s: names the token id %d, but %s has vocab_size %d: they are of two models",
			f.path(tokenizerFile), t.maxID, configFile, f.vocabulary)
	}
	if t.fixed() >= f.maxTokens {
		return fmt.Errorf("%s: %d special tokens leave no room in %d", f.path(tokenizerFile), t.fixed(), f.maxTokens)
	}
	return nil
}

// prepare returns a text as the model wants it.
func (f *folder) prepare(text string) string {
	text = f.prompt + strings.ToValidUTF8(text, "\uFFFD")
	if f.lower {
		text = strings.ToLower(text)
	}
	return text
}
