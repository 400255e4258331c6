using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library and sets the weak flag (VER_FLG_WEAK) of one required symbol version in
/// its <c>.gnu.version_r</c> section. Layouts: System V ABI, "ELF-64 Object File Format"; Linux Standard Base, "Symbol Versioning".
/// </summary>
public class WeakenSymbolVersion : Task
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>The library to copy; it is not changed.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the copy goes; written only when its bytes would change.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>The version name, for example <c>GLIBCXX_3.4.32</c>.</summary>
    [Required]
    public string SymbolVersion { get; set; }

    public override bool Execute()
    {
        if (File.Exists(Destination) && File.GetLastWriteTimeUtc(Destination) >= File.GetLastWriteTimeUtc(Source))
        {
            return true;
        }
        byte[] elf = File.ReadAllBytes(Source);
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
        {
            Log.LogError("{0}: not a 64-bit little-endian ELF library", Source);
            return false;
        }
        int found = Weaken(elf);
        Log.LogMessage("{0}: made {1} requirement(s) of {2} weak", Source, found, SymbolVersion);
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string temporary = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(temporary, elf);
        if (File.Exists(Destination))
        {
            File.Delete(Destination);
        }
        try
        {
            File.Move(temporary, Destination);
        }
        catch (IOException) when (File.Exists(Destination))
        {
            File.Delete(temporary); // another project's build placed the same bytes first
        }
        return true;
    }

    private int Weaken(byte[] elf)
    {
        long sections = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3A);
        int count = BitConverter.ToUInt16(elf, 0x3C);
        int changed = 0;
        for (int i = 0; i < count; i++)
        {
            int header = checked((int)(sections + (long)i * size));
            if (BitConverter.ToUInt32(elf, header + 4) != SectionTypeVersionNeeds)
            {
                continue;
            }
            int names = checked((int)BitConverter.ToInt64(elf, (int)(sections + (long)BitConverter.ToUInt32(elf, header + 0x28) * size) + 0x18));
            int need = checked((int)BitConverter.ToInt64(elf, header + 0x18));
            for (uint next = uint.MaxValue; next != 0; need += (int)next)
            {
                int auxiliary = need + (int)BitConverter.ToUInt32(elf, need + 8);
                int versions = BitConverter.ToUInt16(elf, need + 2);
                for (int v = 0; v < versions; v++)
                {
                    if (NameAt(elf, names + (int)BitConverter.ToUInt32(elf, auxiliary + 8)) == SymbolVersion)
                    {
                        ushort flags = (ushort)(BitConverter.ToUInt16(elf, auxiliary + 4) | WeakFlag);
                        elf[auxiliary + 4] = (byte)flags;
                        elf[auxiliary + 5] = (byte)(flags >> 8);
                        changed++;
                    }
                    auxiliary += (int)BitConverter.ToUInt32(elf, auxiliary + 12);
                }
                next = BitConverter.ToUInt32(elf, need + 12);
            }
        }
        return changed;
    }

    private static string NameAt(byte[] elf, int offset)
    {
        int end = Array.IndexOf(elf, (byte)0, offset);
        return Encoding.ASCII.GetString(elf, offset, end - offset);
    }
}
