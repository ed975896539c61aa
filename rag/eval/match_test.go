package eval

import (
	"strings"
	"testing"
)

func TestFound(t *testing.T) {
	for _, test := range []struct {
		answer, alternative string
		want                bool
	}{
		// Figures.
		{"It raised $12 million.", "12 million", true},
		{"$112 million", "12 million", false},
		{"$1.12 million", "12 million", false},
		{"1,12 million", "12 million", false},
		{"$12.5 million", "12", false},
		{"version 12.", "12", true},
		{"20.5%", "20", false},
		{"20%", "20%", true},
		{"20 %", "20%", true},
		{"4.3B", "4.3B", true},
		{"14.3B", "4.3B", false},
		{"4.3 B", "4.3B", true},
		{"4 .3B", "4.3B", false},
		{"$0.76/hour", "0.76", true},
		{"$0.765", "0.76", false},
		{"0.760", "0.76", false},
		{"1 2 million", "12 million", false},
		{"12million", "12 million", true},
		{"about (12) million", "12 million", false},
		{"in 1,2 or 3", "2", false},
		{"in 1, 2 or 3", "2", true},
		{"in 1 ,2 or 3", "2", true},
		{"a,2", "2", true},
		{"no. 1 of all", "no.1", true},
		{"Sep.2023", "Sep. 2023", true},
		{"Sep . 2023", "Sep. 2023", true},
		// Digit groups.
		{"估值为 $513,189,180。", "513189180", true},
		{"1,234", "1234", true},
		{"1,234,567", "1234567", true},
		{"1,234,567,890", "1234567890", true},
		{"1,234,567,890,123 in all", "1234567890123", true},
		{"1, 234, 567, 890", "1234567890", true},
		{"1234567", "1,234,567", true},
		{"1,2345", "12345", false},
		{"1,23", "123", false},
		{"12,345,67", "1234567", false},
		{"1,234,5678", "12345678", false},
		{"1，234，567", "1234567", true},
		{"1,234.5", "1234.5", true},
		{"1,234.5", "1234", false},
		// Letters.
		{"$OAK timber", "OAK", true},
		{"soaked", "OAK", false},
		{"Bonsai", "bon", false},
		{"GPSs", "GPS", true},
		{"the GPS's", "GPS", true},
		{"the GPS’s price", "GPS", true},
		{"GPSsx", "GPS", false},
		{"GPS'x", "GPS", true},
		{"xGPS", "GPS", false},
		{"GPS4", "GPS", true},
		{"4GPS", "GPS", true},
		{"mill.net's", "mill.net", true},
		{"windmill.net", "mill.net", false},
		{"class", "clas", true}, // a plural s: the price of not knowing words
		{"the tower of stone", "towerofstone", false},
		{"thetowerofstone", "tower of stone", false},
		{"towerofstone", "tower of stone", true},
		{"gra nite", "granite", false},
		// Markup, hyphens, quotes.
		{"**Point-of-Sailing**", "point of sailing", true},
		{"point of sailing", "Point-of-Sailing", true},
		{"a-b-c-d", "a b c d", true},
		{"PoS（Point of Sailing）", "Point of Sailing", true},
		{"`mill.net`", "mill.net", true},
		{`1\.5 and 2\*3`, "1.5", true},
		{"**12** million", "12 million", true},
		{"“quoted” word", `"quoted" word`, true},
		{"2023–09", "2023-09", true},
		{"2023—09", "2023-09", true},
		{"2023-09-01", "2023-09", true},
		{"line\nbreak", "line break", true},
		{"thin\u2009blank", "thin blank", true},
		// Stems.
		{"organizing", "organi*", true},
		{"reorganizing", "organi*", false},
		{"organ", "organi*", false},
		{"15 towers", "5*", false},
		{"1567", "156*", true},
		// Chinese, and forms of characters.
		{"融资 2,500 万美元", "2500万", true},
		{"融資 2500 萬美元", "2500万", true},
		{"43 亿美元", "43亿", true},
		{"143亿", "43亿", false},
		{"我们有灯塔和桥", "灯塔", true},
		{"我們有燈塔和橋", "灯塔和桥", true},
		{"灯 塔", "灯塔", true},
		{"灯塔abc", "灯塔", true},
		{"２０２３年９月", "2023年9月", true},
		{"ＧＰＳ", "gps", true},
		{"ﬁne", "fine", true},
		{"12023年9月", "2023年9月", false},
		// Nothing.
		{"anything", "", false},
		{"anything", "*", false},
		{"anything", " ", false},
		{"", "a", false},
		{"short", "a longer alternative", false},
	} {
		if got := Found(test.answer, test.alternative); got != test.want {
			t.Errorf("Found(%q, %q) is %v, want %v", test.answer, test.alternative, got, test.want)
		}
	}
}

// FuzzFound: what stands alone in an answer is found, and no input hangs it.
func FuzzFound(f *testing.F) {
	for _, s := range []string{"12 million", "1,234,567", "a-b", "灯塔 46 米", "\xff*\\`", "1,1,1,111,1111", "organi*", "no.1's", "…"} {
		f.Add(s, "text around it")
	}
	f.Fuzz(func(t *testing.T, alternative, around string) {
		plain := strings.TrimSuffix(alternative, "*")
		if len(compact(plain)) == 0 {
			if Found(around, alternative) {
				t.Errorf("nothing, %q, is found in %q", alternative, around)
			}
			return
		}
		if !Found(plain, alternative) || !Found("\n"+alternative+"\n", plain) {
			t.Errorf("%q is not found in itself", alternative)
		}
		Found(around, alternative)
		Found(alternative, around)
	})
}
