package bot

import (
	"context"
	"time"
)

// A Gap is a question that was not answered well: declined, not covered, or
// answered and voted down. It does not say who asked.
type Gap struct {
	Given
	Down int // votes against the answer
}

// Gaps are what the reports lack. They are read off what [Feedback] keeps; where
// it does not keep the questions, they still count. [ClusterGaps] puts them together.
type Gaps interface {
	// Gaps returns those since a time, at most limit, the newest first.
	Gaps(ctx context.Context, since time.Time, limit int) ([]Gap, error)
}
