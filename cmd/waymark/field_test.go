//go:build !race

// Nothing runs at the same time here: the sources are read, much slower under the race detector.

package main

import (
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// fieldWords belong to the first landscape, and nowhere but to data. A word of
// a platform or a model server (token, key, model) does not.
func fieldWords() []string {
	return []string{
		"crypto", "cryptocurrency", "blockchain", "on-chain", "web3", "defi", "depin", "dapp", "tokenomics", "token launch", "airdrop",
		"stablecoin", "bitcoin", "ethereum", "solana", "zkml", "gpu", "artificial intelligence",
		"区块链", "加密货币", "代币", "链上", "人工智能", "算力", "智能体",
	}
}

// everydayNames are names of projects that are words of code, too.
func everydayNames() []string { return []string{"Render"} }

// webAddress may stand anywhere; it names where something is written.
var webAddress = regexp.MustCompile(`https?://\S+`)

// TestNoFieldInCode holds that the program serves another landscape as well:
// no word of the first one, and no name of a project in it, stands in code.
func TestNoFieldInCode(t *testing.T) {
	_, projects, err := corpus.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range projects {
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			if !slices.Contains(everydayNames(), name) {
				names = append(names, name)
			}
		}
	}
	if len(names) < 100 {
		t.Fatalf("%d names of projects, want all of them", len(names))
	}
	// Names as they are written; words in any case, and within Chinese text.
	forms := []*regexp.Regexp{anyOf("", names), anyOf("(?i)", fieldWords())}
	for _, s := range sourcesOf(t) {
		if s.isTest() {
			continue
		}
		for at, text := range wordsOf(s) {
			for _, form := range forms {
				if m := form.FindStringSubmatch(webAddress.ReplaceAllString(text, "")); m != nil {
					t.Errorf("%s: %q belongs into data: %.80s", s.set.Position(at), m[1]+m[2], text)
				}
			}
		}
	}
}

// anyOf finds one of words: Chinese ones anywhere, others as whole words.
func anyOf(flags string, words []string) *regexp.Regexp {
	var han, latin []string
	for _, w := range words {
		if regexp.MustCompile(`^\p{Han}`).MatchString(w) {
			han = append(han, regexp.QuoteMeta(w))
		} else {
			latin = append(latin, regexp.QuoteMeta(w))
		}
	}
	return regexp.MustCompile(flags + `(?:^|[^\pL\pN])(` + strings.Join(latin, "|") + `)(?:$|[^\pL\pN])|(` + strings.Join(append(han, "^$"), "|") + `)`)
}

// wordsOf returns the comments, the texts and the names of a file, without its
// imports, by where they stand.
func wordsOf(s source) map[token.Pos]string {
	out := map[token.Pos]string{}
	file := s.set.AddFile(s.name, -1, len(s.text))
	var scan scanner.Scanner
	scan.Init(file, s.text, nil, scanner.ScanComments)
	imports := false
	for {
		pos, kind, text := scan.Scan()
		switch kind {
		case token.EOF:
			return out
		case token.IMPORT:
			imports = true
		case token.CONST, token.VAR, token.FUNC, token.TYPE:
			imports = false
		case token.COMMENT, token.STRING, token.CHAR, token.IDENT:
			if !imports {
				out[pos] = text
			}
		}
	}
}
