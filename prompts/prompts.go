// Package prompts holds the texts a language model is asked with: one template
// file a prompt, and one function that fills it in.
//
// Start at [Answer], and read answer.tmpl beside it. A prompt carries the name
// of its template and a version that changes with every edit of it, so that a
// recorded answer tells which wording it was asked with. [ReadAnswer] takes the
// completion of the answer prompt apart again: what is asked for and how the
// answer to it is read stand in one place.
//
// Everything that comes from outside (passages, titles, the question, the talk)
// is put between fences, and whatever in it looks like a fence, a citation mark
// or a control token of a model is made harmless first.
//
// What it does not do: it calls no model, counts no tokens, and knows nothing
// of the landscape the reports describe.
package prompts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"text/template"
)

// A Prompt is what a model is asked: a system text and a user text.
type Prompt struct {
	Name    string // of the template, for logs
	Version string // 8 hexadecimal digits: a hash of the template
	System  string
	User    string
}

// A file is one parsed template file with its blocks "system" and "user".
type file struct {
	name    string
	version string
	blocks  *template.Template
}

// mustParse parses a template; its version also depends on the sources of those that it fills in.
func mustParse(name, source string, inner ...string) file {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{source}, inner...), "\x00")))
	return file{
		name:    name,
		version: hex.EncodeToString(sum[:4]),
		blocks:  template.Must(template.New(name).Parse(source)),
	}
}

// fill executes both blocks. The views hold nothing but strings and numbers,
// so an error is a defect of the template, which any test of it shows.
func (f file) fill(view any) Prompt {
	return Prompt{
		Name:    f.name,
		Version: f.version,
		System:  f.block("system", view),
		User:    f.block("user", view),
	}
}

func (f file) block(name string, view any) string {
	var b strings.Builder
	if err := f.blocks.ExecuteTemplate(&b, name, view); err != nil {
		panic(fmt.Sprintf("prompts: fill %s of %s: %v", name, f.name, err))
	}
	return b.String()
}
