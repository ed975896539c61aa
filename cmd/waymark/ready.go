package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// readiness says whether the bots can answer now, and what is in the way.
type readiness struct {
	live  *live
	links *links
	state func(context.Context) error // nil: there is none
	ended <-chan struct{}             // closed when the program was told to stop
}

// stateWithin is how long the state has to answer that it is there.
const stateWithin = 3 * time.Second

// A standing is the answer of /readyz.
type standing struct {
	Ready      bool     `json:"ready"`
	Problems   []string `json:"problems,omitempty"` // in words
	Generation string   `json:"generation"`         // of the reports; "" for the built-in ones
	Platforms  []link   `json:"platforms"`
}

// standing looks at everything that an answer needs.
func (r *readiness) standing(ctx context.Context) standing {
	s := standing{Platforms: r.links.all()}
	select {
	case <-r.ended:
		s.Problems = append(s.Problems, "the bot is stopping")
	default:
	}
	if current := r.live.current.Load(); current != nil {
		s.Generation = current.generation
	} else {
		s.Problems = append(s.Problems, "the reports are not opened yet")
	}
	if r.state != nil {
		ctx, cancel := context.WithTimeout(ctx, stateWithin)
		defer cancel()
		if err := r.state(ctx); err != nil {
			s.Problems = append(s.Problems, fmt.Sprintf("the state is not there: %v", err))
		}
	}
	for _, l := range s.Platforms {
		switch {
		case l.Connected:
		case l.Heard == nil:
			s.Problems = append(s.Problems, l.Platform+" is not connected yet")
		default:
			s.Problems = append(s.Problems, fmt.Sprintf("the connection to %s is lost, last heard from at %s", l.Platform, l.Heard.Format(time.RFC3339)))
		}
	}
	s.Ready = len(s.Problems) == 0
	return s
}

// ServeHTTP answers /readyz: 200 when ready, else 503.
func (r *readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	s := r.standing(request.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !s.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(s) // the other side has gone
}
