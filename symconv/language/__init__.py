"""The equation that a person writes for a layer of their own, as text.

y[i,j] = sum(m<3, n<3) w[m,n] * x[i+m, j+n] for i<6, j<6
"""
