using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using FunctionsIngest.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>
/// A vault of its own on loopback, which speaks as much of Key Vault's REST protocol as reading secrets takes: HTTPS,
/// the bearer challenge, versions in pages, attributes, errors. <see cref="CreateClient"/> is the real client, pointed
/// at it.
/// </summary>
internal sealed class FakeVault : IAsyncDisposable
{
    /// <summary>What the client shows to the vault.</summary>
    public const string Token = "token-of-the-fake-vault";

    private readonly ConcurrentDictionary<string, List<StoredVersion>> _secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _server;
    private readonly TimeProvider _clock;
    private int _lists;
    private int _gets;
    private int _challenges;

    private FakeVault(TimeProvider clock)
    {
        _clock = clock;

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=vault", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        var today = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(today.AddDays(-1), today.AddDays(1));

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate)));
        _server = builder.Build();
        _server.UseRouting();
        _server.Use(AuthenticateAsync);
        _server.Use(async (context, next) =>
        {
            if (Fault is not { } fault || !await fault(context))
                await next(context);
        });
        _server.MapGet("/secrets/{name}/versions", ListAsync);
        _server.MapGet("/secrets/{name}/{version}", GetAsync);
    }

    /// <summary>The vault's address, for <c>KeyVault:Uri</c>.</summary>
    public Uri Uri { get; private set; } = null!;

    /// <summary>Versions on a page of a list, as in Key Vault.</summary>
    public int PageSize { get; set; } = 25;

    /// <summary>
    /// Answers instead of the vault while it returns true. Authenticated calls only; counted all the same.
    /// </summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    /// <summary>Authenticated calls that asked for a page of a list of versions.</summary>
    public int Lists => Volatile.Read(ref _lists);

    /// <summary>Authenticated calls that asked for a version's value.</summary>
    public int Gets => Volatile.Read(ref _gets);

    /// <summary>All authenticated calls.</summary>
    public int Calls => Lists + Gets;

    /// <summary>Calls without a token, which were answered with the challenge.</summary>
    public int Challenges => Volatile.Read(ref _challenges);

    public static async Task<FakeVault> StartAsync(TimeProvider clock)
    {
        var vault = new FakeVault(clock);
        await vault._server.StartAsync();
        vault.Uri = new Uri(vault._server.Urls.Single());
        return vault;
    }

    /// <summary>A fault: every call gets this status.</summary>
    public static Func<HttpContext, Task<bool>> Answer(int status, string code, string? retryAfter = null) => async context =>
    {
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await FailAsync(context, status, code);
        return true;
    };

    /// <summary>A fault: the connection is cut in the middle of the answer.</summary>
    public static Func<HttpContext, Task<bool>> Cut() => async context =>
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{\"value\":[");
        await context.Response.Body.FlushAsync();
        context.Abort();
        return true;
    };

    /// <summary>
    /// A fault: nothing is answered before <paramref name="until"/>, and then what the vault answers.
    /// </summary>
    public static Func<HttpContext, Task<bool>> Slow(Task until) => async context =>
    {
        await until.WaitAsync(context.RequestAborted);
        return false;
    };

    /// <summary>Adds a version to a secret.</summary>
    /// <returns>The version's id.</returns>
    public string Add(string name, string value, DateTimeOffset? notBefore = null, DateTimeOffset? expiresOn = null)
    {
        var version = new StoredVersion(Guid.NewGuid().ToString("N"), value, _clock.GetUtcNow()) { NotBefore = notBefore, ExpiresOn = expiresOn };
        var versions = _secrets.GetOrAdd(name, static _ => []);
        lock (versions)
            versions.Add(version);
        return version.Id;
    }

    /// <summary>Changes the attributes of a version.</summary>
    public void Change(string name, string version, Action<StoredVersion> change)
    {
        var versions = _secrets[name];
        lock (versions)
            change(versions.Single(stored => stored.Id == version));
    }

    /// <summary>The real client, trusting this vault's certificate, otherwise as the app makes it.</summary>
    /// <param name="credential">Where the client gets the vault's token; by default it has it.</param>
    public SecretClient CreateClient(TokenCredential? credential = null)
    {
        var options = SecretsServiceCollectionExtensions.ClientOptions();
        options.DisableChallengeResourceVerification = true;
        options.Transport = new HttpClientTransport(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate) },
        });
        return new SecretClient(Uri, credential ?? new FixedCredential(), options);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private static Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { code, message = "As the test wants it." } });
    }

    private async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Authorization == $"Bearer {Token}")
        {
            Interlocked.Increment(ref context.Request.Path.Value!.EndsWith("/versions", StringComparison.Ordinal) ? ref _lists : ref _gets);
            await next(context);
            return;
        }

        Interlocked.Increment(ref _challenges);
        context.Response.Headers.WWWAuthenticate = "Bearer authorization=\"https://login.example/tenant\", resource=\"https://vault.example\"";
        await FailAsync(context, 401, "Unauthorized");
    }

    private Task ListAsync(HttpContext context)
    {
        var name = (string)context.GetRouteValue("name")!;
        var skip = int.TryParse(context.Request.Query["$skiptoken"], out var given) ? given : 0;
        if (!_secrets.TryGetValue(name, out var versions))
            return FailAsync(context, 404, "SecretNotFound");

        lock (versions)
        {
            var next = skip + PageSize < versions.Count ? $"{Uri}secrets/{name}/versions?api-version=7.6&$skiptoken={skip + PageSize}" : null;
            var page = versions.Skip(skip).Take(PageSize).Select(version => (JsonNode)Describe(name, version));
            return context.Response.WriteAsJsonAsync(new JsonObject { ["value"] = new JsonArray([.. page]), ["nextLink"] = next });
        }
    }

    private Task GetAsync(HttpContext context)
    {
        var name = (string)context.GetRouteValue("name")!;
        var id = (string)context.GetRouteValue("version")!;
        if (!_secrets.TryGetValue(name, out var versions))
            return FailAsync(context, 404, "SecretNotFound");

        lock (versions)
        {
            if (versions.Find(stored => stored.Id == id) is not { } version)
                return FailAsync(context, 404, "SecretNotFound");
            if (!version.Enabled)
                return FailAsync(context, 403, "Forbidden");

            var answer = Describe(name, version);
            answer["value"] = version.Value;
            return context.Response.WriteAsJsonAsync(answer);
        }
    }

    private JsonObject Describe(string name, StoredVersion version)
    {
        var attributes = new JsonObject
        {
            ["enabled"] = version.Enabled,
            ["created"] = version.CreatedOn.ToUnixTimeSeconds(),
            ["updated"] = version.CreatedOn.ToUnixTimeSeconds(),
            ["recoveryLevel"] = "Recoverable+Purgeable",
        };
        if (version.NotBefore is { } notBefore)
            attributes["nbf"] = notBefore.ToUnixTimeSeconds();
        if (version.ExpiresOn is { } expiresOn)
            attributes["exp"] = expiresOn.ToUnixTimeSeconds();
        return new JsonObject { ["id"] = $"{Uri}secrets/{name}/{version.Id}", ["attributes"] = attributes };
    }

    /// <summary>A version as the vault keeps it; times count in whole seconds on the wire.</summary>
    public sealed class StoredVersion(string id, string value, DateTimeOffset createdOn)
    {
        public string Id => id;

        public string Value => value;

        public DateTimeOffset CreatedOn => createdOn;

        public bool Enabled { get; set; } = true;

        public DateTimeOffset? NotBefore { get; set; }

        public DateTimeOffset? ExpiresOn { get; set; }
    }

    private sealed class FixedCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
            => new(Token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
            => new(GetToken(requestContext, cancellationToken));
    }
}
