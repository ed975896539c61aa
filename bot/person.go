package bot

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A Key makes pseudonyms of persons and chats. Programs that share a key make
// the same ones.
type Key [sha256.Size]byte

// NewKey derives a key from secrets; without any it is a random one.
func NewKey(secrets ...string) Key {
	var k Key
	if strings.Join(secrets, "") == "" {
		_, _ = rand.Read(k[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
		return k
	}
	mac := hmac.New(sha256.New, []byte("waymark pseudonyms"))
	for _, s := range secrets {
		mac.Write([]byte(s + "\x00"))
	}
	copy(k[:], mac.Sum(nil))
	return k
}

// pseudonym stands for what parts name: 16 letters and digits that nobody
// without the key can turn back.
func (k Key) pseudonym(parts ...string) string {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(strings.Join(parts, "/")))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}
