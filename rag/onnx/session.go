package onnx

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	graphs "github.com/gomlx/onnx-gomlx/onnx"
)

// The inputs of a model of the BERT family.
const (
	inputTokens = "input_ids"
	inputMask   = "attention_mask"
	inputTypes  = "token_type_ids"
)

// engine says how the graph runs: one operation after the other in the caller's
// goroutine, as a panic in another one could not be caught (a product of
// matrices uses all cores all the same), and every product in blocks, which at
// 16 to 32 tokens, the length of a question, takes two thirds of the time.
const engine = "ops_sequential,dotgeneral_large"

// A session is a model.onnx in memory, ready to run.
type session struct {
	backend backends.Backend
	weights *context.Context
	exec    *context.Exec
	inputs  []string // names, in the graph's order
}

// openSession reads the model of f.
func openSession(f folder) (*session, error) {
	data, err := f.readModel()
	if err != nil {
		return nil, err
	}
	var s *session
	err = guarded(func() (err error) {
		s, err = newSession(data, f.pooling.mode != "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.model, err)
	}
	return s, nil
}

// newSession reads a model. pooled says whether the vectors of tokens can be
// made use of.
func newSession(data []byte, pooled bool) (*session, error) {
	model, err := graphs.Parse(data)
	if err != nil {
		return nil, err
	}
	if err := checkWeights(model, len(data)); err != nil {
		return nil, err
	}
	output, err := outputOf(model, pooled)
	if err != nil {
		return nil, err
	}
	backend, err := simplego.New(engine)
	if err != nil {
		return nil, err
	}
	weights := context.New().Reuse()
	if err := model.VariablesToContext(weights); err != nil {
		return nil, err
	}
	forget(model)
	s := &session{backend: backend, weights: weights, inputs: model.InputsNames}
	s.exec, err = context.NewExec(backend, weights, func(ctx *context.Context, nodes []*graph.Node) []*graph.Node {
		named := map[string]*graph.Node{}
		for i, name := range s.inputs {
			named[name] = nodes[i]
		}
		return model.CallGraph(ctx, nodes[0].Graph(), named, output)
	})
	if err != nil {
		return nil, err
	}
	s.exec.SetMaxCache(-1) // paddedLength bounds the number of shapes
	return s, nil
}

// checkWeights refuses what the library would read wrongly, or allocate without
// bounds. size is that of the file in bytes.
func checkWeights(model *graphs.Model, size int) error {
	for _, t := range model.Proto.Graph.Initializer {
		if len(t.ExternalData) > 0 {
			return errors.New("its weights stand in a second file, which is not supported; want a model below 2 GB in one file")
		}
		n := int64(1)
		for _, d := range t.Dims {
			if d < 0 || d > int64(size) || n*max(d, 1) > int64(size) {
				return fmt.Errorf("the weights %q have more numbers than the file has bytes", t.Name)
			}
			n *= d
		}
	}
	for _, name := range model.InputsNames {
		if name != inputTokens && name != inputMask && name != inputTypes {
			return fmt.Errorf("it has the input %q; want %s, %s and %s alone", name, inputTokens, inputMask, inputTypes)
		}
	}
	if !slices.Contains(model.InputsNames, inputTokens) {
		return fmt.Errorf("it has no input %s", inputTokens)
	}
	return nil
}

// outputOf chooses the output: vectors of texts, else vectors of tokens.
func outputOf(model *graphs.Model, pooled bool) (string, error) {
	wanted := []string{"sentence_embedding"}
	if pooled {
		wanted = append(wanted, "last_hidden_state", "token_embeddings")
	}
	for _, name := range wanted {
		if slices.Contains(model.OutputsNames, name) {
			return name, nil
		}
	}
	if !pooled {
		return "", fmt.Errorf("it gives %s, and %s is not there, which says how vectors of tokens become one",
			strings.Join(model.OutputsNames, ", "), poolingFile)
	}
	return "", fmt.Errorf("it gives %s; want one of %s", strings.Join(model.OutputsNames, ", "), strings.Join(wanted, ", "))
}

// forget drops the copies of the large weights that the parsed file still
// holds: the graph is built from those in the context. Whole numbers stay, as
// shapes may be computed from them.
func forget(model *graphs.Model) {
	const large, float = 64 << 10, 1 // bytes; a TensorProto.DataType
	for _, t := range model.Proto.Graph.Initializer {
		if t.DataType == float && len(t.RawData) >= large {
			t.RawData = nil
		}
	}
}

// guarded runs f and turns a panic, by which the library reports what it cannot
// do, into an error.
func guarded(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error: // a part of the file that the library counts on is missing
			err = fmt.Errorf("not a usable ONNX model: %s", firstLine(r.Error()))
		default:
			err = errors.New(firstLine(fmt.Sprint(r)))
		}
	}()
	if err := f(); err != nil {
		return errors.New(firstLine(err.Error()))
	}
	return nil
}

func firstLine(s string) string {
	const most = 300
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// run returns a vector for each row of token ids, not yet of length 1.
func (s *session) run(rows [][]int64, f folder) (vectors [][]float32, err error) {
	err = guarded(func() (err error) {
		vectors, err = s.forward(rows, f)
		return err
	})
	return vectors, err
}

func (s *session) forward(rows [][]int64, f folder) ([][]float32, error) {
	length := 0
	for _, r := range rows {
		length = max(length, len(r))
	}
	length = paddedLength(length, f.maxTokens)
	inputs := make([]*tensors.Tensor, len(s.inputs))
	for i, name := range s.inputs {
		inputs[i] = tensors.FromFlatDataAndDimensions(fill(name, rows, length, f.padding), len(rows), length)
	}
	outputs, err := s.exec.Exec(inputs)
	if err != nil {
		return nil, err
	}
	return collect(outputs[0], rows, length, f)
}

// paddedLength rounds a number of tokens up: the graph is built once for each
// length, and kept. A quarter more at most.
func paddedLength(n, most int) int {
	step := 16
	for step*4 < n {
		step *= 2
	}
	return max(n, min((n+step-1)/step*step, most))
}

// fill lays out an input of the model: rows of length numbers.
func fill(name string, rows [][]int64, length int, padding int64) []int64 {
	out := make([]int64, len(rows)*length)
	for i, row := range rows {
		for j := range length {
			x := &out[i*length+j]
			switch {
			case name == inputTokens && j < len(row):
				*x = row[j]
			case name == inputTokens:
				*x = padding
			case name == inputMask && j < len(row):
				*x = 1
			}
		}
	}
	return out
}

// collect takes the vectors out of an output of the model: [text][number], or
// [text][token][number], where padding is left out.
func collect(t *tensors.Tensor, rows [][]int64, length int, f folder) ([][]float32, error) {
	defer func() { _ = t.FinalizeAll() }()
	shape, n := t.Shape(), f.dimensions
	perText := n
	switch {
	case shape.DType != dtypes.Float32:
		return nil, fmt.Errorf("it gives %s; want numbers of 32 bits", shape)
	case slices.Equal(shape.Dimensions, []int{len(rows), n}):
	case slices.Equal(shape.Dimensions, []int{len(rows), length, n}) && f.pooling.mode != "":
		perText = length * n
	default:
		return nil, fmt.Errorf("it gives %s for %d texts of %d tokens; want vectors of %d numbers, the hidden_size of %s",
			shape, len(rows), length, n, configFile)
	}
	flat := tensors.MustCopyFlatData[float32](t)
	out := make([][]float32, len(rows))
	for i, row := range rows {
		part := flat[i*perText : (i+1)*perText]
		if perText == n && len(shape.Dimensions) == 2 {
			out[i] = part
			continue
		}
		out[i] = f.pooling.mode.pool(part[:len(row)*n], n)
	}
	return out, nil
}

// close gives the memory back.
func (s *session) close() {
	_ = guarded(func() error {
		s.exec.Finalize()
		s.weights.Finalize()
		s.backend.Finalize()
		return nil
	})
}
