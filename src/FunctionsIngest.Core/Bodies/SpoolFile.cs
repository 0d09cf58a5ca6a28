using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace FunctionsIngest.Bodies;

/// <summary>
/// Bytes that are too many to hold. They are written to a temporary file that only this process can read, and then
/// mapped. So they look like memory, and the operating system can drop their pages. The file goes with the mapping,
/// also if the process is killed. Freed by
/// <see cref="IDisposable.Dispose"/>, or by the garbage collector where a handler may keep the bytes.
/// </summary>
internal sealed unsafe class SpoolFile : MemoryManager<byte>
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _length;
    private readonly Action<int>? _freed;
    private byte* _bytes;

    private SpoolFile(MemoryMappedViewAccessor view, int length, Action<int>? freed)
    {
        _view = view;
        _length = length;
        _freed = freed;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        // The collector sees a few small objects, and is to know what hangs on them.
        GC.AddMemoryPressure(length);
    }

#pragma warning disable CA2015 // The processor holds the body until the last handler has returned, so no span is in use when the collector comes.
    ~SpoolFile() => Dispose(disposing: false);
#pragma warning restore CA2015

    /// <summary>Opens a temporary file that has no name any more, or loses it with its last handle.</summary>
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"functionsingest-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (OperatingSystem.IsWindows())
            return new FileStream(path, options);

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }

    /// <summary>Maps a file of at least one byte, and closes it.</summary>
    /// <param name="file">A file that <see cref="Create"/> opened.</param>
    /// <param name="freed">Told the number of bytes when they are freed.</param>
    public static SpoolFile Map(FileStream file, Action<int>? freed = null)
    {
        using (file)
        {
            var length = checked((int)file.Length);
            using var mapping = MemoryMappedFile.CreateFromFile(file, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            return new SpoolFile(mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length, freed);
        }
    }

    /// <summary>
    /// A stream over the bytes. Unlike a span it may still be read when this is disposed. Each read holds the mapping
    /// as long as it takes, and a read that comes too late fails.
    /// </summary>
    public Stream OpenRead() => new UnmanagedMemoryStream(_view.SafeMemoryMappedViewHandle, 0, _length, FileAccess.Read);

    /// <inheritdoc />
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        return new Span<byte>(_bytes, _length);
    }

    /// <inheritdoc />
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        return new MemoryHandle(_bytes + elementIndex, pinnable: this);
    }

    /// <inheritdoc />
    public override void Unpin()
    {
        // Mapped memory does not move.
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (_bytes is null)
            return;

        _bytes = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        if (disposing)
            _view.Dispose();

        GC.RemoveMemoryPressure(_length);
        _freed?.Invoke(_length);
    }
}
