package catalogue_test
import ("testing";"strings";"time")
func TestScratch(t *testing.T){ w:=landscape(t)
 for _, s:= range []string{strings.Repeat("gravholz ",500), strings.Repeat("弘川釩", 1000), strings.Repeat("word tern ", 2000), strings.Repeat("a.", 20000), strings.Repeat("x", 40000), strings.Repeat("ẞ0", 10000)} {
 st:=time.Now(); n:=len(w.Find(s)); t.Log(len(s), n, time.Since(st)) } }
