using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Receiving;

/// <summary>Refuses who may not send at all, before anything else of a request is looked at.</summary>
internal sealed partial class CallerCheck(IOptions<ReceivingOptions> options, ILogger<CallerCheck> logger)
{
    private const string FrontDoorHeader = "X-Azure-FDID";

    private readonly string? _header = options.Value.ClientAddressHeader;
    private readonly Guid? _frontDoor = Guid.TryParseExact(options.Value.FrontDoorId, "D", out var id) ? id : null;

    /// <summary>Checks the way that a request took, and its caller's address.</summary>
    /// <param name="context">The request; its body is not read.</param>
    /// <param name="source">The source that it is for.</param>
    /// <returns>The refusal; null if the caller may send.</returns>
    public Answer? Refuse(HttpContext context, Source source)
    {
        if (_frontDoor is { } frontDoor && !CameThrough(frontDoor, context.Request.Headers))
        {
            Log.OtherFrontDoor(logger, source.Name);
            return Answer.OtherFrontDoor(source.Scheme.Refusal);
        }

        if (source.AllowedAddresses.IsEmpty)
            return null;

        var caller = CallerAddress.Find(context, _header);
        if (caller is not null && source.AllowedAddresses.Contains(caller))
            return null;

        Log.AddressNotAllowed(logger, source.Name, string.IsNullOrEmpty(_header) ? "the connection" : _header, caller?.ToString() ?? "no single address");
        return Answer.AddressNotAllowed(source.Scheme.Refusal);
    }

    private static bool CameThrough(Guid frontDoor, IHeaderDictionary headers)
        => HeaderValue.ReadOne(headers, FrontDoorHeader, out var value) == VerificationResult.Verified && Guid.TryParseExact(value.Trim(), "D", out var named) && named == frontDoor;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Refused a request to {Source}: {Origin} names {Caller}, which is not one of its AllowedIPs.")]
        public static partial void AddressNotAllowed(ILogger logger, string source, string origin, string caller);

        [LoggerMessage(2, LogLevel.Information, "Refused a request to {Source}: its X-Azure-FDID is not Webhooks:FrontDoorId.")]
        public static partial void OtherFrontDoor(ILogger logger, string source);
    }
}
