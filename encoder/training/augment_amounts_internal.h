#pragma once

#include <cmath>

namespace simdb::training {

// How far the changes go at strength 1. Lengths are shares of half the side, as in the coordinates
// of a sampling grid, if nothing else is said.
inline constexpr double kMaxTurnDegrees = 15;
inline constexpr double kMaxZoom = 0.25;
inline constexpr double kMaxStretch = 0.15;
inline constexpr double kMaxLean = 0.2;  // tangent of the angle by which upright lines lean
inline constexpr double kMaxShift = 0.2;
inline constexpr double kNudge = 0.6;         // of the affine amounts
inline constexpr double kElastic = 0.055;     // standard deviation of a vector of the coarse grid
inline constexpr int kElasticNodes = 5;       // vectors along a side
inline constexpr double kMaxTilt = 0.15;      // change of scale from the middle to an edge
inline constexpr double kMaxTiltEver = 0.45;  // at any strength: the horizon stays outside
inline constexpr double kMaxCrop = 0.25;      // of the side cut away
inline constexpr double kMaxCropEver = 0.8;
inline constexpr double kMaxThicker = 0.45;  // of the way to the darkest (lightest) neighbour
inline constexpr double kMaxThinner = 0.35;  // a line of one pixel must stay a line
inline constexpr double kStrokeSide = 28;    // pixels of a side that one pixel of stroke is for
inline constexpr double kMaxBlur = 1;        // 1: a binomial kernel of 3 x 3
inline constexpr double kCoarseChance = 0.5;
inline constexpr double kMinCoarse = 1.5;  // times smaller: pictures that were stored small
inline constexpr double kMaxCoarse = 7;
inline constexpr double kMaxBrightness = 0.1;
inline constexpr double kMaxContrast = 0.2;
inline constexpr double kMaxHueDegrees = 8;
inline constexpr double kMaxSaturation = 0.25;
inline constexpr double kNoise = 0.02;
inline constexpr double kEraseChance = 0.5;
inline constexpr double kMinErase = 0.1;  // of a side
inline constexpr double kMaxErase = 0.3;
inline constexpr double kMaxEraseEver = 0.8;

/// The side, as a share of what it was, of an image made `times` smaller at strength 1.
inline double coarse_side(double times, double strength) { return std::pow(times, -strength); }

}  // namespace simdb::training
