package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// errNotText is the reason for a file that no encoding makes text of.
var errNotText = errors.New("not a text file")

// decode turns the bytes of a file into UTF-8: by its byte order mark (UTF-8,
// UTF-16), else as UTF-8 when it is valid, else by what a page says about
// itself, else by the detected encoding (GB18030, Big5, Windows-1252 and
// others that browsers know).
func decode(data []byte, page bool) (string, error) {
	if enc := markedEncoding(data); enc != nil {
		return decodeAs(enc, data)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", fmt.Errorf("%w: it holds NUL bytes", errNotText)
	}
	if s, ok := decodeUTF8(data); ok {
		return checkControls(s)
	}
	if page {
		if enc, _, certain := charset.DetermineEncoding(data, ""); certain {
			if s, err := decodeAs(enc, data); err == nil {
				return s, nil
			}
		}
	}
	enc, err := guessEncoding(data)
	if err != nil {
		return "", err
	}
	return decodeAs(enc, data)
}

// markedEncoding returns the encoding that a byte order mark names, or nil.
func markedEncoding(data []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		return unicode.UTF8BOM
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	}
	return nil
}

// decodeUTF8 accepts valid UTF-8, and UTF-8 with a rare broken character (one
// in a thousand, or a cut at the end), which it drops.
func decodeUTF8(data []byte) (string, bool) {
	if utf8.Valid(data) {
		return string(data), true
	}
	good, bad := 0, 0
	for b := data; len(b) > 0; {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			if len(b) >= utf8.UTFMax || utf8.FullRune(b) {
				bad++
			}
		case size > 1:
			good++
		}
		b = b[size:]
	}
	if good == 0 || bad*1000 > good {
		return "", false
	}
	return string(bytes.ToValidUTF8(data, nil)), true
}

// decodeAs decodes data and refuses a result that is not text.
func decodeAs(enc encoding.Encoding, data []byte) (string, error) {
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errNotText, err)
	}
	s := string(out)
	if bad := strings.Count(s, "\uFFFD"); bad*100 > utf8.RuneCountInString(s) {
		return "", fmt.Errorf("%w: its encoding cannot be told", errNotText)
	}
	return checkControls(s)
}

// fewControls is the number of control characters that any text may hold.
const fewControls = 10

// checkControls refuses text of which more than a hundredth is control
// characters.
func checkControls(s string) (string, error) {
	n := 0
	for i := range len(s) {
		if b := s[i]; b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' || b == 0x7F {
			n++
		}
	}
	if n > fewControls && n*100 > len(s) {
		return "", fmt.Errorf("%w: it holds control characters", errNotText)
	}
	return s, nil
}

// sureConfidence is the confidence (of 100) from which chardet is believed.
// It says 100 for a Chinese sentence; on a few Chinese characters it says
// less, or takes them for a western language.
const sureConfidence = 60

// guessEncoding detects the encoding of data that is not UTF-8.
func guessEncoding(data []byte) (encoding.Encoding, error) {
	gbk := pairsIn(data, [2]byte{0xB0, 0xA1}, [2]byte{0xD7, 0xF9}, 0xA1)
	big5 := pairsIn(data, [2]byte{0xA4, 0x40}, [2]byte{0xC6, 0x7E}, 0x40)
	results, err := chardet.NewTextDetector().DetectAll(data)
	sure := err == nil && results[0].Confidence >= sureConfidence
	if sure && max(gbk.density, big5.density) < 0.5 || sure && results[0].Language == "zh" {
		if enc, _ := charset.Lookup(results[0].Charset); enc != nil {
			return enc, nil
		}
	}
	switch {
	case gbk.common >= 0.8 && gbk.common >= big5.common && decodesAs(simplifiedchinese.GB18030, data):
		return simplifiedchinese.GB18030, nil
	case big5.common >= 0.8 && decodesAs(traditionalchinese.Big5, data):
		return traditionalchinese.Big5, nil
	case decodesAs(charmap.Windows1252, data):
		return charmap.Windows1252, nil
	}
	return nil, fmt.Errorf("%w: its encoding cannot be told", errNotText)
}

// pairs says how well data reads as two-byte characters.
type pairs struct {
	common  float64 // share of the characters that are common ones
	density float64 // share of the bytes that are part of one
}

// pairsIn reads data as two-byte characters of which those from low to high,
// with a second byte of at least least, are the common ones (GB 2312 level 1,
// Big5 level 1). Marks, whose first byte is 0xA1 to 0xA3 in both encodings,
// are neither common nor rare.
func pairsIn(data []byte, low, high [2]byte, least byte) pairs {
	common, all, inside := 0, 0, 0
	for i := 0; i+1 < len(data); i++ {
		if data[i] < 0x81 {
			continue
		}
		pair := [2]byte{data[i], data[i+1]}
		i++
		inside += 2
		if pair[0] >= 0xA1 && pair[0] <= 0xA3 {
			continue
		}
		all++
		if bytes.Compare(pair[:], low[:]) >= 0 && bytes.Compare(pair[:], high[:]) <= 0 && pair[1] >= least {
			common++
		}
	}
	if all == 0 {
		return pairs{}
	}
	return pairs{float64(common) / float64(all), float64(inside) / float64(len(data))}
}

func decodesAs(enc encoding.Encoding, data []byte) bool {
	out, err := enc.NewDecoder().Bytes(data)
	return err == nil && !bytes.ContainsRune(out, utf8.RuneError)
}
