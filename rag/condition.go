package rag

import "github.com/waymark-bot/waymark/rag/plan"

// A Condition bounds the list of projects that [Engine.Where] makes: an attribute of the
// vocabulary, how it compares, and with what. Callers need not know package plan for it.
type Condition = plan.Condition

// How a [Condition] compares.
const (
	Is      = plan.Is     // a sentence about the attribute holds the value
	AtLeast = plan.Over   // a figure
	AtMost  = plan.Under  // a figure
	Since   = plan.After  // a date, or within it
	Until   = plan.Before // a date, or within it
	Lacks   = plan.None   // stated not to have any; no value
)
