using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>The mechanisms that are fuzzed. Their rules come from the senders' documents.</summary>
internal static class Mechanisms
{
    private const string WhSecret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>Makes a mechanism by its name; every name makes its own keys.</summary>
    public static IReadOnlyDictionary<string, Func<Mechanism>> All { get; } = new Dictionary<string, Func<Mechanism>>(StringComparer.Ordinal)
    {
        ["begini"] = () => Known("begini", Texts(ReferenceKey.HmacSha512, ""), new() { SignatureHeader = "X-Signature", TypePointer = "/event/type" }),
        ["github"] = () => Known("github", Texts(ReferenceKey.HmacSha256, "sha256="), new()
        {
            SignatureHeader = "X-Hub-Signature-256",
            Prefixes = ["sha256="],
            TypeHeader = "X-GitHub-Event",
            Types = ["push", "issues", "ping"],
        }),
        ["shopify"] = () => Known("shopify", Texts(ReferenceKey.HmacSha256, ""), new()
        {
            SignatureHeader = "X-Shopify-Hmac-Sha256",
            IsBase64 = true,
            TypeHeader = "X-Shopify-Topic",
            Types = ["orders/create", "orders/paid", "orders/updated"],
        }),
        ["aghanim"] = () => Known("aghanim", Texts(ReferenceKey.HmacSha256, ""), new()
        {
            SignatureHeader = "x-aghanim-signature",
            TimeHeader = "x-aghanim-signature-timestamp",
            Past = TimeSpan.FromDays(3),
            Before = (_, _, time) => time + ".",
            TypePointer = "/event_type",
            IdPointers = ["/idempotency_key", "/event_id"],
            DemandsPayload = true,
        }),
        ["slack"] = () => Known("slack", Texts(ReferenceKey.HmacSha256, "v0="), new()
        {
            SignatureHeader = "X-Slack-Signature",
            Prefixes = ["v0="],
            TimeHeader = "X-Slack-Request-Timestamp",
            Before = (_, _, time) => $"v0:{time}:",
            TypePointer = "/event/type",
            IdPointers = ["/event_id"],
        }),
        ["stripe"] = () => Known("stripe", Texts(ReferenceKey.HmacSha256, "v1="), new()
        {
            SignatureHeader = "Stripe-Signature",
            Prefixes = ["v1="],
            Separator = ",",
            TimePrefix = "t=",
            Before = (_, _, time) => time + ".",
            TypePointer = "/type",
            IdPointers = ["/id"],
        }),
        ["standard-webhooks"] = () => Known("standard-webhooks", WhKeys(), StandardWebhooks("webhook")),
        ["svix"] = () => Known("svix", WhKeys(), StandardWebhooks("svix")),
        ["standard-webhooks-ed25519"] = () => Known(
            "standard-webhooks", [ReferenceKey.Ed25519("v1a,"), ReferenceKey.Ed25519("v1a,"), WhKeys()[0]], StandardWebhooks("webhook"), share: 3),
        ["workos"] = () => Custom(
            new() { Header = "WorkOS-Signature", Algorithm = "hmac-sha256", Content = "{timestamp}.{body}", TimestampField = "t", Field = "v1", Separator = ", ", TimestampUnit = "milliseconds", IdPointer = "/id", EventTypePointer = "/event" },
            Texts(ReferenceKey.HmacSha256, "v1="),
            new()
            {
                SignatureHeader = "WorkOS-Signature",
                Prefixes = ["v1="],
                Separator = ", ",
                TimePrefix = "t=",
                TimeUnit = TimeSpan.FromMilliseconds(1),
                Past = TimeSpan.FromMinutes(3),
                Future = TimeSpan.FromMinutes(3),
                Before = (_, _, time) => time + ".",
                TypePointer = "/event",
                IdPointers = ["/id"],
            },
            tolerance: TimeSpan.FromMinutes(3)),
        ["method-and-path"] = () => Custom(
            new() { Header = "X-Signature", Algorithm = "hmac-sha256", Encoding = "base64", Content = "{method} {path}\n{body}", EventTypeHeader = "X-Type" },
            Texts(ReferenceKey.HmacSha256, ""),
            new()
            {
                SignatureHeader = "X-Signature",
                IsBase64 = true,
                Before = (request, _, _) => $"{request.Method} {request.Path}\n",
                SignsAddress = true,
                TypeHeader = "X-Type",
            }),
        ["token"] = () => Custom(
            new() { Header = "X-Token", Algorithm = "token" },
            [ReferenceKey.Token("p\u00e4ssword, of a sender"), ReferenceKey.Token("another token of a sender"), ReferenceKey.Token("a third token of a sender")],
            new() { SignatureHeader = "X-Token", IsToken = true }),
        ["ecdsa-p256"] = () => Custom(
            new() { Header = "X-Signature", Algorithm = "ecdsa-p256-sha256", Encoding = "base64", Content = "{timestamp}{body}", TimestampHeader = "X-Timestamp" },
            [ReferenceKey.P256(), ReferenceKey.P256(), ReferenceKey.P256()],
            new() { SignatureHeader = "X-Signature", IsBase64 = true, TimeHeader = "X-Timestamp", Before = (_, _, time) => time },
            share: 3),
        ["rsa-sha256"] = () => Custom(
            new() { Header = "X-Signature", Algorithm = "rsa-sha256", Encoding = "base64" },
            [ReferenceKey.Rsa(), ReferenceKey.Rsa(), ReferenceKey.Rsa()],
            new() { SignatureHeader = "X-Signature", IsBase64 = true },
            share: 3,
            pool: 1000),
        ["qi-tech"] = () => QiTech(clientKey: null, publicPath: null),
        ["qi-tech-client-key"] = () => QiTech("20d6a816-9d21-4e29-bbe5-2ffb3baacfe9", "/hook?x=1"),
    };

    /// <summary>A mechanism whose requests a sender signs, and that are changed then.</summary>
    /// <param name="options">The product's settings.</param>
    /// <param name="keys">All keys that there are.</param>
    /// <param name="rules">What the documents say.</param>
    /// <param name="share">One of so many requests may reach the keys: those of public keys are slow.</param>
    /// <param name="pool">How many requests are signed; zero: each one anew.</param>
    private static Mechanism Create(SchemeOptions options, IReadOnlyList<ReferenceKey> keys, ReferenceRules rules, int share, int pool)
    {
        var sender = new FuzzSender(rules, keys);
        var mutator = new RequestMutator(rules, keys.Count);
        var signed = pool == 0 ? [] : Enumerable.Range(0, pool).Select(number => sender.Make(new Random(number))).ToArray();
        return new(options, keys, rules)
        {
            Make = random => Change(mutator, rules, random, pool == 0 ? sender.Make(random) : signed[random.Next(pool)].Copy(), share),
            Judge = new ReferenceVerifier(rules, keys).Verify,
        };
    }

    private static Mechanism QiTech(string? clientKey, string? publicPath)
    {
        const int Pool = 1000;
        const int Share = 4;
        ReferenceKey[] keys = [ReferenceKey.P521(), ReferenceKey.P521(), ReferenceKey.P521()];
        var rules = new ReferenceRules { SignatureHeader = "AUTHORIZATION" };
        var sender = new TokenSender(keys, clientKey, publicPath ?? "/webhooks/tested");
        var mutator = new RequestMutator(rules, keys.Length, clientKey is null ? [] : ["API-CLIENT-KEY"]);
        var signed = Enumerable.Range(0, Pool).Select(number => sender.Make(new Random(number))).ToArray();
        return new(new SchemeOptions { Scheme = "qi-tech", PublicPath = publicPath, ClientKey = clientKey is null ? null : "qitech-client-key" }, keys, rules)
        {
            Make = random => Change(mutator, rules, random, signed[random.Next(Pool)].Copy(), Share),
            Judge = new TokenReference(keys, clientKey, publicPath).Verify,
            ClientKey = clientKey,
        };
    }

    private static FuzzRequest Change(RequestMutator mutator, ReferenceRules rules, Random random, FuzzRequest request, int share)
    {
        mutator.Mutate(random, request);
        return random.Next(share) == 0 ? request : RequestMutator.Break(random, request, rules.SignatureHeader);
    }

    private static Mechanism Known(string scheme, IReadOnlyList<ReferenceKey> keys, ReferenceRules rules, int share = 1)
        => Create(new SchemeOptions { Scheme = scheme }, keys, rules, share, pool: 0);

    private static Mechanism Custom(SignatureOptions signature, IReadOnlyList<ReferenceKey> keys, ReferenceRules rules, TimeSpan? tolerance = null, int share = 1, int pool = 0)
        => Create(new SchemeOptions { Scheme = "custom", Signature = signature, Tolerance = tolerance }, keys, rules, share, pool);

    private static ReferenceRules StandardWebhooks(string headers) => new()
    {
        SignatureHeader = headers + "-signature",
        Prefixes = ["v1,", "v1a,"],
        IsBase64 = true,
        Separator = " ",
        TimeHeader = headers + "-timestamp",
        IdHeader = headers + "-id",
        Before = (_, id, time) => $"{id}.{time}.",
        TypePointer = "/type",
    };

    /// <summary>Nine keys of texts.</summary>
    private static ReferenceKey[] Texts(Func<string, string, byte[], ReferenceKey> create, string prefix) =>
    [
        .. Enumerable.Range(0, 9).Select(number => $"the secret of a sender, number {number}").Select(secret => create(prefix, secret, Encoding.UTF8.GetBytes(secret))),
    ];

    private static ReferenceKey[] WhKeys()
    {
        var plain = Texts(ReferenceKey.HmacSha256, "v1,");
        plain[0] = ReferenceKey.HmacSha256("v1,", "whsec_" + WhSecret, Convert.FromBase64String(WhSecret));
        return [.. plain[..8], ReferenceKey.Ed25519("v1a,")];
    }
}
