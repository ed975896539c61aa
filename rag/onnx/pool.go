package onnx

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A mode is how the vectors of the tokens become one.
type mode string

// The modes of https://sbert.net/docs/package_reference/sentence_transformer/modules.html#pooling
// that are supported.
const (
	poolMean  mode = "mean"
	poolFirst mode = "cls"
	poolMax   mode = "max"
)

// A pooling is what 1_Pooling/config.json says. Its zero value means that there
// is none.
type pooling struct {
	mode          mode
	withoutPrompt bool // the prompt's tokens do not count
}

// poolingOf reads a pooling: "pooling_mode": "cls", or one true key of
// pooling_mode_cls_token and its kin.
func poolingOf(config map[string]any) (pooling, error) {
	var wanted []string
	if s, ok := config["pooling_mode"].(string); ok {
		wanted = append(wanted, s)
	} else {
		for _, key := range slices.Sorted(maps.Keys(config)) {
			if name, ok := strings.CutPrefix(key, "pooling_mode_"); ok && config[key] == true {
				wanted = append(wanted, strings.TrimSuffix(strings.TrimSuffix(name, "_tokens"), "_token"))
			}
		}
	}
	if len(wanted) == 0 {
		return pooling{}, errors.New("no pooling mode; want mean, cls or max")
	}
	m := mode(strings.Join(wanted, "+"))
	if m != poolMean && m != poolFirst && m != poolMax {
		return pooling{}, fmt.Errorf("the pooling %q is not supported; want mean, cls or max", m)
	}
	return pooling{mode: m, withoutPrompt: config["include_prompt"] == false}, nil
}

// pool makes one vector of those of the tokens of a text: rows of dimensions
// numbers, one after another.
func (m mode) pool(tokens []float32, dimensions int) []float32 {
	out := slices.Clone(tokens[:dimensions])
	switch m {
	case poolMean:
		return mean(tokens, dimensions)
	case poolMax:
		for i, x := range tokens {
			out[i%dimensions] = max(out[i%dimensions], x)
		}
	}
	return out
}

func mean(tokens []float32, dimensions int) []float32 {
	sum := make([]float64, dimensions)
	for i, x := range tokens {
		sum[i%dimensions] += float64(x)
	}
	out := make([]float32, dimensions)
	for i, x := range sum {
		out[i] = float32(x / float64(len(tokens)/dimensions))
	}
	return out
}
