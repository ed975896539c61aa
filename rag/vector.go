package rag

import "math"

// Normalise scales v to length 1, as an [Embedder] returns its vectors. It reports false when v
// has no direction: all zero, or not finite; v is then unchanged.
func Normalise(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	if length == 0 || math.IsInf(length, 0) || math.IsNaN(length) {
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / length)
	}
	return true
}
