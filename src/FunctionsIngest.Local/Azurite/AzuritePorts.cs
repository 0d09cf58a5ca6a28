using System.Net;
using System.Net.Sockets;

namespace FunctionsIngest.Local.Azurite;

/// <summary>The ports that Azurite listens on, all on 127.0.0.1. Zero: one that is free.</summary>
internal sealed record AzuritePorts(int Blob, int Queue, int Table)
{
    /// <summary>The account that every Azurite has.</summary>
    public const string DefaultAccount = "devstoreaccount1";

    /// <summary>That account's key, published by Azurite: no secret.</summary>
    public const string DefaultKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>What names Azurite on its usual ports in place of a connection string.</summary>
    public const string UsualConnection = "UseDevelopmentStorage=true";

    private static readonly AzuritePorts Usual = new(10000, 10001, 10002);

    /// <summary>Three free ports.</summary>
    public static AzuritePorts Free { get; } = new(0, 0, 0);

    /// <summary>The connection string of an account behind these ports.</summary>
    public string ConnectionString(string account = DefaultAccount)
        => $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={DefaultKey};"
            + $"BlobEndpoint=http://127.0.0.1:{Blob}/{account};QueueEndpoint=http://127.0.0.1:{Queue}/{account};TableEndpoint=http://127.0.0.1:{Table}/{account};";

    /// <summary>
    /// The configured ports. One that is not configured is Azurite's own (10000, 10001, 10002), where tools look for
    /// it, or another if that is taken.
    /// </summary>
    /// <exception cref="StartUpException">A configured port is out of range or taken.</exception>
    public static AzuritePorts Choose(AzuriteOptions options)
        => new(
            Choose(options.BlobPort, nameof(options.BlobPort), Usual.Blob),
            Choose(options.QueuePort, nameof(options.QueuePort), Usual.Queue),
            Choose(options.TablePort, nameof(options.TablePort), Usual.Table));

    /// <summary>Whether no program has any of Azurite's usual ports.</summary>
    public static bool AreUsualFree() => IsFree(Usual.Blob) && IsFree(Usual.Queue) && IsFree(Usual.Table);

    private static int Choose(int? configured, string key, int usual)
    {
        if (configured is not { } port)
            return IsFree(usual) ? usual : 0;

        if (port is < 1 or > IPEndPoint.MaxPort)
            throw new StartUpException($"Local:Azurite:{key} is {port}. Set it to a port from 1 to {IPEndPoint.MaxPort}, or remove it and a free one is chosen.");

        return IsFree(port)
            ? port
            : throw new StartUpException($"Port {port} is taken by another program. Set Local:Azurite:{key} to a free port, or remove it and a free one is chosen.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
