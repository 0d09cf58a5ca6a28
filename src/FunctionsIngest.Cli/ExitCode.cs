namespace FunctionsIngest.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>Done, or yes.</summary>
    public const int Ok = 0;

    /// <summary>No: refused, not genuine, not found, not well.</summary>
    public const int No = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The address or the storage could not be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Stopped = 130;
}
