package corpus

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestReadMeta(t *testing.T) {
	const front = "---\ntitle: Front\npublisher: Front Office\nlanguage: zh\npublished: 2023-05\n---\n# Shown\n\nText here.\n"
	tests := []struct {
		name, file, text string
		meta             Meta
		want             Meta // with the language that was found
	}{
		{"shown heading", "a b.md", "intro\n\n# Shown\n\nText here.\n", Meta{}, Meta{ID: "a-b", Title: "Shown", Language: "en"}},
		{"first heading of any level", "x.md", "## Shown\n\n### More\n\nText here.\n", Meta{}, Meta{ID: "x", Title: "Shown", Language: "en"}},
		{"first line", "x.md", "Shown line\n\nText here.\n", Meta{}, Meta{ID: "x", Title: "Shown line", Language: "en"}},
		{"file name", "dir/Some File.md", strings.Repeat("Long text here. ", 20), Meta{}, Meta{ID: "some-file", Title: "Some File", Language: "en"}},
		{"front matter wins", "x.md", front, Meta{}, Meta{ID: "x", Title: "Front", Publisher: "Front Office", Language: "zh", Published: Date{Year: 2023, Month: 5}}},
		{"explicit wins", "x.md", front, Meta{ID: "given", Title: "Given", Published: Date{Year: 2020}},
			Meta{ID: "given", Title: "Given", Publisher: "Front Office", Language: "zh", Published: Date{Year: 2020}}},
		{"Chinese", "报告 1.md", "# 港口\n\n北港很大。\n", Meta{}, Meta{ID: "报告-1", Title: "港口", Language: "zh"}},
		{"name without letters", "!!.md", "# T\n\nText.\n", Meta{}, Meta{ID: "report-8cc339b7", Title: "T", Language: "en"}},
		{"text line", "x.txt", "Shown Line\n\nText goes here, and it ends.\n", Meta{}, Meta{ID: "x", Title: "Shown Line", Language: "en"}},
		{"page", "x.html", "<html><head><title>Shown</title></head><body><p>Text.</p></body></html>", Meta{}, Meta{ID: "x", Title: "Shown", Language: "en"}},
		{"no front matter but rules", "x.md", "---\njust text\n---\n\n# Shown\n\nText.\n", Meta{}, Meta{ID: "x", Title: "Shown", Language: "en"}},
		{"digest", "x.md", "# T\n\nText.\n", Meta{Digest: true, License: "MIT", URL: "https://a.example"},
			Meta{ID: "x", Title: "T", Language: "en", Digest: true, License: "MIT", URL: "https://a.example"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read(tt.file, []byte(tt.text), tt.meta)
			if err != nil {
				t.Fatal(err)
			}
			got := Meta{r.ID, r.Title, r.Publisher, r.URL, r.Published, r.Language, r.License, r.Digest}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkReport(t, r)
		})
	}
}

func TestReadFormat(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"page that calls itself Markdown", "x.md", "<!DOCTYPE html>\n<html><body><p>One *two*.</p></body></html>", "One *two*."},
		{"page that calls itself text", "x.txt", "<html><body><p>One.</p></body></html>", "One."},
		{"Markdown that calls itself text", "x.txt", "# A\n\nOne *two*.\n\n## B\n\nThree.\n", "A\n\nOne two.\n\nB\n\nThree."},
		{"text", "x.txt", "One *two* \\$3.\nThree # four.\n", "One *two* $3.\n\nThree # four."},
		{"no extension", "NOTES", "One two.\n", "One two."},
		{"windows lines", "x.txt", "One.\r\nTwo.\rThree.", "One.\n\nTwo.\n\nThree."},
		{"controls and marks", "x.md", "O\u200bn\x07e\u00a0two\u00ad.\ufeff", "One two."},
		{"own extension in capitals", "X.MD", "**One**.", "One."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read(tt.file, []byte(tt.text), Meta{ID: "x", Title: "none"})
			if err != nil {
				t.Fatal(err)
			}
			if r.Text != tt.want {
				t.Errorf("text %q, want %q", r.Text, tt.want)
			}
		})
	}
}

func TestReadEncodings(t *testing.T) {
	const (
		zh    = "港口项目的用户和业务的增长是其价值增长的基础，北港去年融资两千万美元。"
		short = "北港很大。"
		trad  = "碼頭項目的用戶和業務的增長是其價值增長的基礎，北港去年融資兩千萬美元。"
		latin = "The café costs 5 €, “quoted” — naïve."
	)
	utf16be := unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	utf16le := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	tests := []struct {
		name string
		enc  encoding.Encoding
		text string
	}{
		{"utf-8", unicode.UTF8, zh},
		{"utf-8 with mark", unicode.UTF8BOM, zh},
		{"utf-16le", utf16le, zh},
		{"utf-16be", utf16be, latin},
		{"gb18030", simplifiedchinese.GB18030, zh},
		{"gbk, short", simplifiedchinese.GBK, short},
		{"big5", traditionalchinese.Big5, trad},
		{"big5, short", traditionalchinese.Big5, "北方的水很深。"},
		{"windows-1252", charmap.Windows1252, latin},
	}
	for _, tt := range tests {
		for _, file := range []string{"x.txt", "x.md"} {
			t.Run(tt.name+" "+file, func(t *testing.T) {
				data, err := tt.enc.NewEncoder().Bytes([]byte(tt.text + "\n"))
				if err != nil {
					t.Fatal(err)
				}
				r, err := Read(file, data, Meta{Title: "none"})
				if err != nil {
					t.Fatal(err)
				}
				if r.Text != tt.text {
					t.Errorf("text %q, want %q", r.Text, tt.text)
				}
			})
		}
	}
}

func TestReadPageEncoding(t *testing.T) {
	page := "<html><head><meta charset=gbk><title>t</title></head><body><p>北港</p></body></html>"
	data, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read("x.html", data, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Text != "北港" {
		t.Errorf("text %q", r.Text)
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct {
		name, file string
		data       []byte
		want       string
		is         error
	}{
		{"empty", "x.md", nil, "read x.md: no text in it", errEmpty},
		{"blank", "x.txt", []byte(" \n\n"), "read x.txt: no text in it", errEmpty},
		{"only a picture", "x.md", []byte("![a](b.png)"), "read x.md: no text in it", errEmpty},
		{"pdf", "x.pdf", []byte("%PDF-1.7"), "read x.pdf: .pdf: format not supported: want .md, .txt or .html", ErrUnsupported},
		{"docx", "x.DOCX", []byte("PK"), "read x.DOCX: .docx: format not supported: want .md, .txt or .html", ErrUnsupported},
		{"binary", "x.txt", []byte("a\x00b"), "read x.txt: not a text file: it holds NUL bytes", errNotText},
		{"controls", "x.txt", []byte(strings.Repeat("a\x01\x02b", 50)), "read x.txt: not a text file: it holds control characters", errNotText},
		{"too large", "x.txt", make([]byte, MaxFileSize+1), "read x.txt: 33554433 bytes: want at most 33554432", nil},
		{"too deep", "x.html", []byte("<html>" + strings.Repeat("<div>", 1000) + "x"), "read x.html: parse html: html: open stack of elements exceeds 512 nodes", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(tt.file, tt.data, Meta{})
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v is not %v", err, tt.is)
			}
		})
	}
}

// TestReadForgives checks that a broken character in a long file costs that
// character only.
func TestReadForgives(t *testing.T) {
	data := []byte(strings.Repeat("北港很大。", 400) + "\xe5\x8c")
	data[3000*2+1] = 0xff
	r, err := Read("x.txt", data, Meta{Title: "none"})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(r.Text, "北港很大。"); n < 398 {
		t.Errorf("%d sentences kept of 400", n)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"# T\n\nText. More.\n\n| a | b |\n|---|---|\n| c<br>d | `e` |\n", "---\na: [\n---\nx", "a:\nb\nc\n\n\n\nd\te\nf\tg\n",
		"<html><table><tr><td><ul><li>x</table>", "1) a\n2) b\n> q\n>> r\n- [x](#y)\n", "\xff\xfea\x00", "[[zh:港口]]**「x」**\n市场", "A\n\nS\n\nx.\n\nB\n\nS\n\ny.\n", ":a:\n- :b:\nc",
	} {
		for _, name := range []string{"x.md", "x.txt", "x.html"} {
			f.Add(name, []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		r, err := Read(name, data, Meta{})
		if err != nil {
			if strings.Contains(err.Error(), "broke off") {
				t.Error(err)
			}
			return
		}
		checkReport(t, r)
	})
}
