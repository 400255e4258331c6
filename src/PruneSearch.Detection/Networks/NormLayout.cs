using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>
/// A feature map with channels last as rows for vectors of sixteen: where the channels are no multiple of that, several positions
/// make a row together, and each channel stands several times in it.
/// </summary>
/// <param name="Channels">Channels of the map.</param>
/// <param name="Together">Positions in a row.</param>
internal readonly record struct NormLayout(int Channels, int Together, long Rows)
{
    /// <summary>Numbers in a vector.</summary>
    public const int Lanes = 16;

    private const int ValuesOfPiece = 1 << 15; // lie in a processor's cache

    /// <summary>Numbers in a row.</summary>
    public int Width => Channels * Together;

    /// <summary>Pieces that the rows are cut into, by the shape alone.</summary>
    public int Pieces => (int)((Rows + RowsOfPiece - 1) / RowsOfPiece);

    private int RowsOfPiece => Math.Max(1, ValuesOfPiece / Width);

    /// <summary>The layout of a map; <see langword="null"/> where it is not channels last without gaps, or its positions do not make whole rows.</summary>
    public static NormLayout? Of(Tensor map)
    {
        int channels = map.dim() == 4 ? (int)map.shape[1] : 0;
        if (channels < 2 || StrideOf(map) != channels)
        {
            return null;
        }
        int together = Lanes / (int)System.Numerics.BigInteger.GreatestCommonDivisor(channels, Lanes);
        long positions = map.shape[0] * map.shape[2] * map.shape[3];
        return positions > 1 && positions % together == 0 ? new NormLayout(channels, together, positions / together) : null;
    }

    /// <summary>Numbers from one position to the next where channels are last and positions follow each other evenly; −1 elsewhere.</summary>
    public static long StrideOf(Tensor map)
    {
        long[] shape = map.shape, stride = map.stride();
        long row = stride[3];
        return stride[1] == 1 && row >= shape[1] && stride[2] == row * shape[3] && stride[0] == row * shape[3] * shape[2] ? row : -1;
    }

    /// <summary>Where a piece begins and how many rows it has.</summary>
    public (long First, int Count) Piece(int index)
    {
        long first = (long)index * RowsOfPiece;
        return (first, (int)Math.Min(RowsOfPiece, Rows - first));
    }
}
