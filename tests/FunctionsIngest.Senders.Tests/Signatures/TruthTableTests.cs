using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>Every scheme against every combination of what can be right or wrong with a webhook.</summary>
public class TruthTableTests
{
    public enum Secrets
    {
        Right,
        Wrong,
        RightIsNewest,
        RightIsOldest,
        None,
    }

    public enum Header
    {
        Present,
        Absent,
        Empty,
        Malformed,
        DoubledEqual,
        DoubledDifferent,
        JoinedEqual,
        JoinedDifferent,
    }

    public enum Clock
    {
        Now,
        OldestEdge,
        TooOld,
        NewestEdge,
        TooNew,
    }

    public static TheoryData<int, string, Secrets, Header> Rows
    {
        get
        {
            var rows = new TheoryData<int, string, Secrets, Header>();
            for (var sender = 0; sender < KnownSenders.All.Count; sender++)
            {
                foreach (var secrets in Enum.GetValues<Secrets>())
                {
                    foreach (var header in Enum.GetValues<Header>())
                        rows.Add(sender, KnownSenders.All[sender].Scheme, secrets, header);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_webhook_is_genuine_only_if_everything_is_right(int index, string scheme, Secrets secrets, Header header)
    {
        var sender = KnownSenders.All[index];
        Assert.Equal(scheme, sender.Scheme);
        if (sender.HeaderHasCommas && header is Header.JoinedEqual or Header.JoinedDifferent)
            return;

        var signedAt = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
        var body = """{"type":"thing.happened"}"""u8.ToArray();
        var headers = sender.Sign(body, signedAt, sender.Secret).SelectMany(pair => Put(pair, sender, header)).ToArray();
        var verifier = Schemes.Create(scheme);
        var keys = Keys(verifier, sender, secrets);

        foreach (var changed in new[] { false, true })
        {
            body[^2] ^= (byte)(changed ? 1 : 0);
            foreach (var clock in Enum.GetValues<Clock>())
            {
                if (sender.Tolerance is null && clock != Clock.Now)
                    continue;

                var expected = Expected(sender, secrets, header, changed, clock);
                var actual = verifier.Verify(Schemes.Request(body, headers), keys, Time(sender, signedAt, clock));
                Assert.Equal((changed, clock, expected), (changed, clock, actual));
            }
        }
    }

    private static VerificationResult Expected(Sender sender, Secrets secrets, Header header, bool changed, Clock clock)
    {
        var ofHeader = header switch
        {
            Header.Absent or Header.Empty => VerificationResult.HeaderMissing,
            Header.DoubledDifferent or Header.JoinedDifferent => VerificationResult.HeaderAmbiguous,
            _ => VerificationResult.Verified,
        };
        var ofClock = clock switch
        {
            Clock.TooOld => VerificationResult.TimestampTooOld,
            Clock.TooNew => VerificationResult.TimestampTooNew,
            _ => VerificationResult.Verified,
        };
        var ofForm = header == Header.Malformed ? VerificationResult.SignatureMalformed : VerificationResult.Verified;
        var ofKeys = secrets is Secrets.Wrong or Secrets.None ? VerificationResult.SignatureMismatch : VerificationResult.Verified;
        var ofBody = !changed ? VerificationResult.Verified : sender.TellsBodyApart ? VerificationResult.BodyMismatch : VerificationResult.SignatureMismatch;

        VerificationResult[] order = sender.FormFirst ? [ofHeader, ofForm, ofClock, ofKeys, ofBody] : [ofHeader, ofClock, ofForm, ofKeys, ofBody];
        return order.FirstOrDefault(result => result != VerificationResult.Verified, VerificationResult.Verified);
    }

    private static DateTimeOffset Time(Sender sender, DateTimeOffset signedAt, Clock clock)
    {
        var (past, future) = sender.Tolerance ?? default;
        return clock switch
        {
            Clock.OldestEdge => signedAt + past + sender.Resolution - TimeSpan.FromTicks(1),
            Clock.TooOld => signedAt + past + sender.Resolution,
            Clock.NewestEdge => signedAt - future,
            Clock.TooNew => signedAt - future - TimeSpan.FromTicks(1),
            _ => signedAt,
        };
    }

    private static VerificationKey[] Keys(SignatureScheme scheme, Sender sender, Secrets secrets)
    {
        var right = scheme.Key(sender.Configured(sender.Secret));
        var wrong = scheme.Key(sender.Configured(sender.OtherSecret));
        return secrets switch
        {
            Secrets.Right => [right],
            Secrets.Wrong => [wrong],
            Secrets.RightIsNewest => [right, wrong],
            Secrets.RightIsOldest => [wrong, right],
            _ => [],
        };
    }

    private static IEnumerable<(string Name, string Value)> Put((string Name, string Value) pair, Sender sender, Header header)
    {
        if (pair.Name != sender.SignatureHeader)
            return [pair];

        // One character of the signature is another one, which is as good a digit.
        var different = pair.Value[..^10] + (pair.Value[^10] == 'a' ? 'b' : 'a') + pair.Value[^9..];
        string[] values = header switch
        {
            Header.Absent => [],
            Header.Empty => [""],
            Header.Malformed => [pair.Value[..^4] + "!!!!"],
            Header.DoubledEqual => [pair.Value, pair.Value],
            Header.DoubledDifferent => [pair.Value, different],
            Header.JoinedEqual => [$"{pair.Value}, {pair.Value}"],
            Header.JoinedDifferent => [$"{pair.Value},{different}"],
            _ => [pair.Value],
        };
        return values.Select(value => (pair.Name, value));
    }
}
